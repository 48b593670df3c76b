"""What all pages share: templates, assets, security headers, error pages, logs."""
