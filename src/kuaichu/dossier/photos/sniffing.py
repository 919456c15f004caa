"""What a file is, by its first bytes and never by its name."""

HEAD_BYTES = 64
_HEIC = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx"}

# Pillow's format for each media type that is accepted.
FORMATS = {"image/jpeg": "JPEG", "image/png": "PNG", "image/webp": "WEBP", "image/heic": "HEIF"}


def media_type_of(head: bytes) -> str:
    """The media type of an accepted photo, or an empty string. `head` is at least `HEAD_BYTES` where the file has
    them.
    """
    if head.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "image/webp"
    return "image/heic" if _is_heic(head) else ""


def _is_heic(head: bytes) -> bool:
    """An ISO base media file that names an HEVC brand as its own or as one it is compatible with (ISO/IEC 23008-12)."""
    if head[4:8] != b"ftyp":
        return False
    end = min(int.from_bytes(head[:4], "big"), len(head))
    brands = {head[8:12], *(head[at : at + 4] for at in range(16, end - 3, 4))}
    return bool(brands & _HEIC)
