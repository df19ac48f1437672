#!/usr/bin/env python
"""Runs Django's commands; a wrong setting ends in one line instead of a traceback."""

import os
import sys

from django.core.exceptions import ImproperlyConfigured
from django.core.management import execute_from_command_line


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mlsd_app.settings")
    try:
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as problem:
        sys.exit(f"mlsd: {problem}")


if __name__ == "__main__":
    main()
