"""Environment → settings of the edge, one class a process: `web` has its own, commands have `installation`.

The bridge has `app.media.bridge.settings`, workers have `tasks.settings`, the SFU has `app/media/sfu/config.js`. How a
variable is read is in `tasks.wire.environment`.
"""
