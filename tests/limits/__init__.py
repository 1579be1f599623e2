"""What hostile content may cost, and how far its trouble reaches."""
