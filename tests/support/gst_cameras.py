#!/usr/bin/python3
"""Cameras of somebody else: gst-rtsp-server, with its own RTSP, RTP and encoders, sound offered beside the picture.

  gst_cameras.py [--port N]      prints "rtsp://127.0.0.1:PORT/" and the streams that this machine can encode
  gst_cameras.py --list          only tells them
"""
import sys

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstRtspServer", "1.0")
from gi.repository import GLib, Gst, GstRtspServer  # noqa: E402

RATE = 25
# It moves by a pixel a picture: the same one comes again only after 352 of them.
SOURCE = f"videotestsrc is-live=true horizontal-speed=1 ! video/x-raw,format=I420,width=352,height=288,framerate={RATE}/1"
# Nobody ever sets the sound up: without errorignore the server takes that for its own failure and refuses the next client.
SOUND = (
    "audiotestsrc is-live=true volume=0.1 ! audio/x-raw,rate=8000,channels=1"
    " ! errorignore ignore-notlinked=true ignore-error=true convert-to=ok ! alawenc ! rtppcmapay name=pay1 pt=8"
)
# Name: the encoder that must be there, and the way from the picture to RTP.
STREAMS = {
    "x264": ("x264enc", f"x264enc tune=zerolatency speed-preset=ultrafast key-int-max={RATE} ! rtph264pay name=pay0 pt=96"),
    "x264-b-frames": ("x264enc", f"x264enc bframes=2 speed-preset=veryfast rc-lookahead=5 key-int-max={RATE} ! video/x-h264,profile=main ! rtph264pay name=pay0 pt=96 config-interval=1"),
    "openh264": ("openh264enc", f"videoconvert ! openh264enc gop-size={RATE} ! rtph264pay name=pay0 pt=96 aggregate-mode=zero-latency"),
    "x265": ("x265enc", f"x265enc tune=zerolatency speed-preset=ultrafast key-int-max={RATE} ! rtph265pay name=pay0 pt=96"),
    "mjpeg": ("jpegenc", "jpegenc ! rtpjpegpay name=pay0 pt=26"),
}


def main() -> None:
    Gst.init(None)
    names = [name for name, (encoder, _) in STREAMS.items() if Gst.ElementFactory.find(encoder)]
    if "--list" in sys.argv:
        print(" ".join(names))
        return
    server = GstRtspServer.RTSPServer()
    server.set_address("127.0.0.1")
    server.set_service(sys.argv[sys.argv.index("--port") + 1] if "--port" in sys.argv else "0")
    for name in names:
        factory = GstRtspServer.RTSPMediaFactory()
        factory.set_launch(f"( {SOURCE} ! {STREAMS[name][1]} {SOUND} )")
        factory.set_shared(True)
        server.get_mount_points().add_factory(f"/{name}", factory)
    if not server.attach(None):
        sys.exit("cannot listen")
    print(f"rtsp://127.0.0.1:{server.get_bound_port()}/ {' '.join(names)}", flush=True)
    GLib.MainLoop().run()


main()
