"""Names of array types. What an array means, and its unit, stands where it is used."""

import numpy as np
from numpy.typing import NDArray


Cells = NDArray[np.int64]  # H3 ids
Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Lines = NDArray[np.int32]  # numbers of lines in a file
Marks = NDArray[np.int8]
Mask = NDArray[np.bool_]
Instants = NDArray[np.datetime64]
