"""How an uploaded file arrives: in memory, never on the disk, and only where a file is asked for."""

import io
from importlib import import_module
from typing import Any

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.core.files.uploadedfile import InMemoryUploadedFile
from django.core.files.uploadhandler import FileUploadHandler, SkipFile, StopUpload
from django.urls import reverse

from casework.operations.imports import LARGEST_UPLOAD

FORM_AROUND_IT = 64 * 1024  # bytes that a form adds to its file


class InMemory(FileUploadHandler):
    """Keeps the file of somebody who is signed in, on the page that asks for one; no other.

    A file that is too large by its announced length is not looked at: the page then says so. It is
    read from the network all the same, or the browser would show no answer at all.
    """

    def __init__(self, request: Any = None) -> None:
        super().__init__(request)
        self._kept = io.BytesIO()
        self._announced = 0

    def handle_raw_input(
        self, input_data: Any, META: Any, content_length: int, *args: Any, **kwargs: Any
    ) -> None:
        self._announced = content_length

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        if self._announced > LARGEST_UPLOAD + FORM_AROUND_IT:
            raise StopUpload(connection_reset=False)
        if not self._is_asked_for():
            raise SkipFile
        self._kept = io.BytesIO()

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        self._kept.write(raw_data)

    def file_complete(self, file_size: int) -> InMemoryUploadedFile:
        self._kept.seek(0)
        # Its name can name somebody, so it is not kept.
        return InMemoryUploadedFile(
            file=self._kept,
            field_name=self.field_name,
            name="file.csv",
            content_type=self.content_type,
            size=file_size,
            charset=self.charset,
        )

    def _is_asked_for(self) -> bool:
        """Whether somebody signed in sends it to the page of imports; asked before any page is."""
        request = self.request
        if request is None or request.path != reverse("imports"):
            return False
        key = request.COOKIES.get(settings.SESSION_COOKIE_NAME)
        sessions = import_module(settings.SESSION_ENGINE).SessionStore
        return bool(key) and SESSION_KEY in sessions(session_key=key)
