"""How fast one endpoint account may be called, shared by all machines through Redis. No Django, no Celery."""
