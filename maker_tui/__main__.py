"""`python -m maker_tui` is `maker`."""

from __future__ import annotations

from maker_tui.cli.main import main

raise SystemExit(main())
