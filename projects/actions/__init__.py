"""The verbs: what is done to more than one row, to files, or over the network. No requests, no Celery."""
