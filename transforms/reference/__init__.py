"""What everything else refers to: forces, categories, months, cells, weights."""
