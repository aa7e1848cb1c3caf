"""Tools for agents that shop for people: a server of the Model Context Protocol (MCP)."""
