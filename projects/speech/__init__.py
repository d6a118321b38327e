"""The speech endpoint: its client, its errors and the stand-in. Plain Python, no Django and no Celery."""
