"""moto behind the gateway, on a free loopback port. Prints one line `{"port": ...}` when it listens; ends with the gateway.

Everyone who starts a sandbox waits for this process, and nearly all of its time is for reading JSON; hence the care.
"""

import functools
import gc
import json
import logging

import pipe

answers = pipe.take_stdout()
pipe.exit_with_gateway()

# Nothing of what starts is garbage.
gc.disable()

import botocore.loaders  # noqa: E402

# One loader, so that moto and its many boto3 sessions read the endpoints and EC2's model once.
loader_of = functools.cache(botocore.loaders.create_loader)
botocore.loaders.create_loader = lambda search_path=None: loader_of(search_path)

from moto import backends  # noqa: E402
from moto.server import DomainDispatcherApplication, MotoRequestHandler, create_backend_app  # noqa: E402
from werkzeug.serving import make_server  # noqa: E402

logging.getLogger("werkzeug").setLevel(logging.WARNING)
# It looks through its folders with each request, which took two thirds of the time of most.
modules = frozenset(backends.list_of_moto_modules())
backends.list_of_moto_modules = lambda: modules
# Status, headers and body go out at once.
MotoRequestHandler.wbufsize = -1
# HTTP/1.1 keeps the gateway's connections open between calls.
MotoRequestHandler.protocol_version = "HTTP/1.1"
moto = DomainDispatcherApplication(create_backend_app)
server = make_server("127.0.0.1", 0, moto, threaded=True, request_handler=MotoRequestHandler)
answers.write(json.dumps({"port": server.server_port}).encode() + b"\n")
# Loading a backend takes up to a second: these two are asked in every baseline.
for backend in ("ec2", "s3control"):
    moto.app_instances[backend] = create_backend_app(backend)
# After EC2 is loaded: reading it is what takes so long.
import instance_metadata  # noqa: E402
import interface_groups  # noqa: E402
import public_snapshots  # noqa: E402

for part in (instance_metadata, interface_groups, public_snapshots):
    part.install()
gc.freeze()
gc.enable()
server.serve_forever()
