"""Says the text given in hexadecimal, then repeats what it reads."""

import os
import sys

os.write(1, bytes.fromhex(sys.argv[1]))
while data := os.read(0, 65536):
    while data:
        data = data[os.write(1, data):]
