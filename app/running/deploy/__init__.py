"""What systemd, the firewall and the proxy of a server need to know, written from the Procfile."""
