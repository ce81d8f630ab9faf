# "serve" runs what the API starts; "call" runs a flow for each POST and answers when it has ended.
import os
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from prefect import flow, serve, task
from prefect.states import Completed


@task
def first():
    return "one"


@task
def second(before):
    return before + " two"


@task
def third(before):
    return before + " three"


@flow
def three():
    return Completed(message=third(second(first())))


@task
def message():
    return "Hello World"


@task
def log(text):
    return text


@flow
def two():
    return Completed(message=log(message()))


class Door(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        self.answer("ready")

    def do_POST(self):
        state = (three if self.path == "/three" else two)(return_state=True)
        self.answer(state.message, 200 if state.is_completed() else 500)

    def answer(self, text, status=200):
        body = text.encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments):
        pass


class Server(ThreadingHTTPServer):
    request_queue_size = 128


if __name__ == "__main__":
    if sys.argv[1] == "serve":
        serve(three.to_deployment(name="bench"), two.to_deployment(name="bench"), limit=8)
    else:
        Server(("127.0.0.1", int(os.environ["PORT"])), Door).serve_forever()
