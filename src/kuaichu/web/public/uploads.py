"""An upload that is looked at and forgotten: it stays in memory and never touches the disk."""

from io import BytesIO

from django.core.files.uploadedfile import InMemoryUploadedFile, UploadedFile
from django.core.files.uploadhandler import FileUploadHandler, StopUpload

MAX_BYTES = 20 * 1024 * 1024


class InMemory(FileUploadHandler):
    """Keeps one file of at most MAX_BYTES in memory; a longer one is cut off and marked by `request.is_too_long`."""

    def new_file(self, *args: object, **kwargs: object) -> None:
        super().new_file(*args, **kwargs)  # type: ignore[arg-type]
        self.buffer = BytesIO()

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes | None:
        if self.buffer.tell() + len(raw_data) > MAX_BYTES:
            assert self.request is not None
            self.request.is_too_long = True  # type: ignore[attr-defined]
            raise StopUpload(connection_reset=False)
        self.buffer.write(raw_data)
        return None

    def file_complete(self, file_size: int) -> UploadedFile:
        self.buffer.seek(0)
        return InMemoryUploadedFile(
            self.buffer, self.field_name, self.file_name or "", self.content_type, file_size, self.charset
        )
