"""What is misconfigured, in plain sentences that say what to do: ``manage.py doctor``, whose studio need not run.

Each examination looks at one part of the installation, changes nothing that it does not put back, and yields what it
found. What matters of narration (workers, speech) stands in the command itself.
"""
