"""A background process of the service that never ends by itself."""

from threading import Event

from service.background import begin

if __name__ == "__main__":
    begin()
    Event().wait()
