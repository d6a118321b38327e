"""How the document speaks of addresses that answer with a file, whole or the byte range that was asked for."""

from typing import Any


def of(content_type: str) -> dict[str, Any]:
    """What to add to such an address in the document."""
    sound = {"content": {content_type: {"schema": {"type": "string", "format": "binary"}}}}
    return {
        "parameters": [{"in": "header", "name": "Range", "required": False, "schema": {"type": "string"}}],
        "responses": {
            200: {"description": "The whole file", **sound},
            206: {"description": "The part that Range asks for", **sound},
            416: {"description": "Range asks for what is not there"},
        },
    }
