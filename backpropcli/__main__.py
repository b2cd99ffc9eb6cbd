"""``python -m backpropcli`` is the command ``backprop``."""

from backpropcli.cli.start import main

main()
