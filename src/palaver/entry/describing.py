"""When the API is described: as soon as somebody asks, and not before; how it is, `openapi.py` says."""

from typing import Any

from fastapi import FastAPI


def describe(app: FastAPI) -> None:
    """Let `app` describe itself completely: its examples and schemas are made when they are asked for first."""

    def document() -> dict[str, Any]:
        from palaver.entry import openapi  # noqa: PLC0415 - it took a twentieth of every start

        if app.openapi_schema is None:
            app.openapi_schema = openapi.document(app)
        return app.openapi_schema

    app.openapi = document
