"""`python -m projects.speech.standin`: see options.py."""

import sys

from projects.speech.standin.options import main

if __name__ == "__main__":
    sys.exit(main())
