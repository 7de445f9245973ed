"""Studies: many chains of realizations, their store on disk, the runners, and the collected tables."""
