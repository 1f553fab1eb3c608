"""How a call of each formula reads in ONNX: a few nodes, one rule a formula."""
