"""Opening photos: what is taken, what is refused and how, what EXIF claims."""

import io
import struct
import zlib
from datetime import UTC, datetime
from pathlib import Path

import pillow_heif
import pytest
from PIL import Image, ImageFilter
from PIL.PngImagePlugin import PngInfo
from PIL.TiffImagePlugin import IFDRational

from kuaichu.dossier.photos import Claims, Limits, inspect
from kuaichu.dossier.tests.pictures import encoded, exif, scene, scene_jpeg
from kuaichu.errors import Refused

LIMITS = Limits(max_bytes=2_000_000, max_pixels=4_000_000)
POINT = {1: "N", 2: (30.0, 2.0, 6.5), 3: "E", 4: (120.0, 34.0, 58.3)}


def look(data: bytes):
    return inspect(data, limits=LIMITS)


def refusal(data: bytes) -> str:
    with pytest.raises(Refused) as caught:
        look(data)
    return caught.value.code


def heic(picture: Image.Image, **options: object) -> bytes:
    pillow_heif.register_heif_opener(thumbnails=False)
    return encoded(picture, "HEIF", quality=70, **options)


def png_chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def png_of(width: int, height: int, rows: bytes = b"") -> bytes:
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    data = zlib.compress(rows, 9)
    return b"\x89PNG\r\n\x1a\n" + png_chunk(b"IHDR", header) + png_chunk(b"IDAT", data) + png_chunk(b"IEND", b"")


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "HEIF"])
def test_each_form_is_taken_and_told_by_its_content(form):
    made = exif(top={0x0110: "P60", 0x010F: "HUAWEI"}, gps=POINT)
    data = heic(scene(1), exif=made) if form == "HEIF" else encoded(scene(1), form, exif=made)
    seen = look(data)
    name = "image/" + {"HEIF": "heic"}.get(form, form.lower())
    assert (seen.facts.media_type, seen.facts.width, seen.facts.height) == (name, 640, 480)
    assert seen.facts.claims == Claims(lon_wgs84=120.5828611, lat_wgs84=30.0351389, device="HUAWEI P60")
    assert seen.facts.hints == ()
    assert {edge: Image.open(io.BytesIO(data)).size for edge, data in seen.thumbnails.items()} == {
        320: (320, 240),
        1280: (640, 480),
    }


def test_a_path_is_read_like_bytes(tmp_path: Path):
    path = tmp_path / "photo.exe"
    path.write_bytes(scene_jpeg())
    assert inspect(path, limits=LIMITS) == look(scene_jpeg())


@pytest.mark.parametrize(
    "data",
    [
        b"MZ\x90\x00" + bytes(4000),
        b"PK\x03\x04" + bytes(4000),
        b"%PDF-1.7\n" + bytes(4000),
        b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
        b"<html>\xff\xd8\xff</html>",
        b"\x00",
        b"\x00\x00\x00\x18ftypavif\x00\x00\x00\x00avifmif1" + bytes(400),
        b"\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00mp42isom" + bytes(400),
    ],
)
def test_what_is_no_photo_is_refused_whatever_its_name(data):
    assert refusal(data) == "photo.unknown_type"


def test_gif_and_bmp_are_refused():
    assert refusal(encoded(scene(1), "GIF")) == refusal(encoded(scene(1), "BMP")) == "photo.unknown_type"


def test_an_empty_and_an_oversized_file_are_refused():
    assert refusal(b"") == "photo.empty"
    assert refusal(scene_jpeg() + bytes(LIMITS.max_bytes)) == "photo.too_large"


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "HEIF"])
@pytest.mark.parametrize("share", [0.02, 0.5, 0.9])
def test_a_truncated_photo_is_refused(form, share):
    data = heic(scene(2)) if form == "HEIF" else encoded(scene(2), form)
    assert refusal(data[: int(len(data) * share)]) == "photo.damaged"


@pytest.mark.parametrize("seed", range(8))
def test_scrambled_bytes_are_a_photo_or_a_refusal(seed):
    data = bytearray(scene_jpeg(seed) if seed % 2 else heic(scene(seed)))
    for step in range(40):
        data[(seed * 7919 + step * 1231) % len(data)] ^= 0x55
    try:
        look(bytes(data))
    except Refused as refused:
        assert refused.code.startswith("photo.")  # noqa: PT017


def test_a_pixel_bomb_is_refused_from_its_header():
    assert refusal(png_of(60_000, 60_000)) == "photo.too_many_pixels"
    assert refusal(png_of(10_000, 10_000)) == "photo.too_many_pixels"  # a hundred megapixels
    assert refusal(b"RIFF\x16\0\0\0WEBPVP8X\x0a\0\0\0\0\0\0\0\xff\x3f\0\xff\x3f\0") in (
        "photo.damaged",
        "photo.too_many_pixels",
    )


def test_a_zip_bomb_in_a_text_chunk_is_refused():
    note = PngInfo()
    note.add_text("Comment", "0" * 3_000_000, zip=True)
    data = encoded(scene(1), "PNG", pnginfo=note)
    assert (len(data) < LIMITS.max_bytes, refusal(data)) == (True, "photo.damaged")


def test_animated_files_are_refused():
    frames = [scene(number) for number in range(3)]
    for form in ("PNG", "WEBP"):
        assert refusal(encoded(frames[0], form, save_all=True, append_images=frames[1:])) == "photo.animated"


def test_a_phones_two_picture_jpeg_is_a_photo():
    data = encoded(scene(1), "MPO", save_all=True, append_images=[scene(2, (320, 240))])
    assert look(data).facts.media_type == "image/jpeg"


def test_a_picture_too_small_to_show_anything_is_refused():
    assert refusal(scene_jpeg(1, (600, 319))) == "photo.too_small"
    assert look(scene_jpeg(1, (600, 320))).facts.height == 320


@pytest.mark.parametrize("mode", ["L", "P", "RGBA", "LA", "CMYK", "I;16", "1"])
def test_odd_colour_modes_are_shown(mode):
    picture = scene(3).convert("L").convert("I;16") if mode == "I;16" else scene(3).convert(mode)
    data = encoded(picture, "JPEG" if mode == "CMYK" else "PNG")
    assert Image.open(io.BytesIO(look(data).thumbnails[320])).mode == "RGB"


@pytest.mark.parametrize("turn", range(1, 9))
def test_thumbnails_stand_upright(turn):
    upright = Image.new("RGB", (640, 480), "white")
    upright.paste("red", (0, 0, 320, 240))  # top left
    back = {2: 0, 3: 3, 4: 1, 5: 5, 6: 2, 7: 6, 8: 4}  # what turns the upright picture into the stored one
    stored = upright.transpose(Image.Transpose(back[turn])) if turn in back else upright
    seen = look(encoded(stored, "JPEG", exif=exif(top={0x0112: turn})))
    small = Image.open(io.BytesIO(seen.thumbnails[320]))
    green = small.getchannel("G").tobytes()
    assert (seen.facts.width, seen.facts.height, small.size) == (640, 480, (320, 240))
    corners = [green[y * 320 + x] for x, y in ((60, 60), (260, 60), (60, 180), (260, 180))]
    assert [value < 90 for value in corners] == [True, False, False, False]


def test_thumbnails_carry_no_metadata():
    made = exif(top={0x010F: "HUAWEI", 0x0112: 1}, gps=POINT)
    for data in look(scene_jpeg(1, exif=made, comment="driver 13800138001")).thumbnails.values():
        small = Image.open(io.BytesIO(data))
        assert (dict(small.getexif()), small.info.get("comment"), b"138001" in data) == ({}, None, False)


@pytest.mark.parametrize(
    ("tags", "expected", "is_assumed"),
    [
        ({0x9003: "2026:03:01 08:30:00", 0x9011: "+08:00"}, datetime(2026, 3, 1, 0, 30, tzinfo=UTC), False),
        ({0x9003: "2026:03:01 08:30:00", 0x9011: "-03:30"}, datetime(2026, 3, 1, 12, 0, tzinfo=UTC), False),
        ({0x9003: "2026:03:01 08:30:00"}, datetime(2026, 3, 1, 0, 30, tzinfo=UTC), True),
        ({0x9004: "2026:01:01 00:00:00"}, datetime(2025, 12, 31, 16, 0, tzinfo=UTC), True),
        ({0x9003: "0000:00:00 00:00:00"}, None, False),
        ({0x9003: "2026:02:30 08:30:00"}, None, False),
        ({0x9003: "yesterday"}, None, False),
        ({0x9003: "2026:03:01 08:30:00", 0x9011: "+99:99"}, datetime(2026, 3, 1, 0, 30, tzinfo=UTC), True),
        ({}, None, False),
    ],
)
def test_the_time_is_a_claim_with_its_zone(tags, expected, is_assumed):
    claims = look(scene_jpeg(1, exif=exif(detail=tags))).facts.claims
    assert (claims.taken_at, claims.is_zone_assumed) == (expected, is_assumed)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({}, (120.5828611, 30.0351389)),
        ({1: "S", 3: "W"}, (-120.5828611, -30.0351389)),
        ({1: None}, (None, None)),
        ({3: "?"}, (None, None)),
        ({2: (0.0, 0.0, 0.0), 4: (0.0, 0.0, 0.0)}, (None, None)),
        ({2: (91.0, 0.0, 0.0)}, (None, None)),
        ({4: (180.0, 0.0, 1.0)}, (None, None)),
        ({2: (30.0, 61.0, 0.0)}, (None, None)),
        ({2: (IFDRational(0, 0),) * 3}, (None, None)),
        ({2: (30.0, 2.0)}, (None, None)),
        ({9: "V"}, (None, None)),
    ],
)
def test_the_position_is_whole_and_possible_or_left_out(change, expected):
    gps = {tag: value for tag, value in (POINT | change).items() if value is not None}
    claims = look(scene_jpeg(1, exif=exif(gps=gps))).facts.claims
    assert (claims.lon_wgs84, claims.lat_wgs84) == expected


@pytest.mark.parametrize(
    "broken", [b"Exif\0\0garbage", b"Exif\0\0MM\0*\xff\xff\xff\xff", b"Exif\0\0II*\0\x08\0\0\0\xff\xff" * 9]
)
def test_broken_exif_never_costs_the_photo(broken):
    seen = look(scene_jpeg(1, exif=broken))
    assert (seen.facts.claims, seen.facts.orientation) == (Claims(), 1)


def test_a_device_name_is_clean_and_short():
    made = exif(top={0x010F: "Apple\0\0", 0x0110: "Apple iPhone\x07 15" + "x" * 200})
    device = look(scene_jpeg(1, exif=made)).facts.claims.device
    assert (device[:15], len(device)) == ("Apple iPhone 15", 80)


def test_dark_and_blurred_photos_get_a_hint_and_are_taken():
    dark = scene(1).point(lambda value: value // 9)
    blurred = scene(1, (1600, 1200)).filter(ImageFilter.GaussianBlur(24))
    assert look(encoded(dark, "JPEG")).facts.hints == ("too_dark",)
    assert look(encoded(blurred, "JPEG")).facts.hints == ("blurred",)


def test_a_night_scene_with_lamps_is_not_called_dark():
    night = scene(1).point(lambda value: value // 12)
    night.paste((250, 240, 210), (100, 100, 190, 230))
    assert "too_dark" not in look(encoded(night, "JPEG")).facts.hints


def test_missing_claims_are_filled_from_the_senders():
    at = datetime(2026, 3, 1, tzinfo=UTC)
    sent = Claims(taken_at=at, lon_wgs84=120.0, lat_wgs84=30.0, device="x")
    assert Claims().or_else(sent) == sent
    assert Claims(lon_wgs84=1.0, lat_wgs84=2.0).or_else(sent) == Claims(at, False, 1.0, 2.0, "x")
