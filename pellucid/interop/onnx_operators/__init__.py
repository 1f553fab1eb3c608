"""Which layer an ONNX operator of somebody else's file is: one rule an operator."""
