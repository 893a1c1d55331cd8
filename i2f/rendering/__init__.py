"""The look of a copy, fitted from the aligned pair and applied to its original at full size."""
