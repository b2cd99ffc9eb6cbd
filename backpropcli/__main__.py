"""``python -m backpropcli`` is the command ``backprop``."""

from backpropcli.cli.main import main

main()
