// The description of the API (OpenAPI 3.1.0). pages_test compares it with the routes and with what they answer.
#include "video/pages/parts.hpp"

namespace beffroi::video_pages {

std::string_view openapi() {
    return R"json({
 "openapi": "3.1.0",
 "info": {
  "title": "beffroi-video",
  "version": "1",
  "description": "Cameras, their state and their recordings. Instants named *_us are microseconds since 1970 in UTC. Every answer but this description asks for a token."
 },
 "servers": [{"url": "/"}],
 "security": [{"token": []}],
 "paths": {
  "/api/v1/openapi.json": {
   "get": {
    "summary": "This description.",
    "security": [],
    "responses": {"200": {"description": "OpenAPI 3.1.", "content": {"application/json": {"schema": {"type": "object"}}}}}
   }
  },
  "/api/v1/status": {
   "get": {
    "summary": "Whether the recorder is well.",
    "responses": {
     "200": {
      "description": "Done.",
      "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Status"}}}
     },
     "default": {"$ref": "#/components/responses/Error"}
    }
   }
  },
  "/api/v1/cameras": {
   "get": {
    "summary": "All cameras with their state.",
    "responses": {
     "200": {
      "description": "Done.",
      "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Cameras"}}}
     },
     "default": {"$ref": "#/components/responses/Error"}
    }
   }
  },
  "/api/v1/cameras/{camera}": {
   "get": {
    "summary": "One camera.",
    "parameters": [
     {
      "name": "camera",
      "in": "path",
      "required": true,
      "description": "Identifier of the camera.",
      "schema": {"type": "string"}
     }
    ],
    "responses": {
     "200": {
      "description": "Done.",
      "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Camera"}}}
     },
     "default": {"$ref": "#/components/responses/Error"}
    }
   }
  },
  "/api/v1/cameras/{camera}/timeline": {
   "get": {
    "summary": "What is recorded of an interval of at most 32 days, and why there are gaps.",
    "parameters": [
     {
      "name": "camera",
      "in": "path",
      "required": true,
      "description": "Identifier of the camera.",
      "schema": {"type": "string"}
     },
     {
      "name": "from",
      "in": "query",
      "required": false,
      "description": "Start of the interval: ISO 8601 in UTC, or microseconds since 1970.",
      "schema": {"type": "string"}
     },
     {
      "name": "to",
      "in": "query",
      "required": false,
      "description": "End of the interval, not included. Same forms as `from`.",
      "schema": {"type": "string"}
     },
     {
      "name": "period",
      "in": "query",
      "required": false,
      "description": "Instead of from: the day, week or month before `to` (or now).",
      "schema": {"type": "string", "enum": ["day", "week", "month"]}
     }
    ],
    "responses": {
     "200": {
      "description": "Done.",
      "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Timeline"}}}
     },
     "default": {"$ref": "#/components/responses/Error"}
    }
   }
  },
  "/api/v1/cameras/{camera}/files": {
   "get": {
    "summary": "Stored files that hold something of an interval. They are served at their `url`, with ranges.",
    "parameters": [
     {
      "name": "camera",
      "in": "path",
      "required": true,
      "description": "Identifier of the camera.",
      "schema": {"type": "string"}
     },
     {
      "name": "from",
      "in": "query",
      "required": false,
      "description": "Start of the interval: ISO 8601 in UTC, or microseconds since 1970.",
      "schema": {"type": "string"}
     },
     {
      "name": "to",
      "in": "query",
      "required": false,
      "description": "End of the interval, not included. Same forms as `from`.",
      "schema": {"type": "string"}
     },
     {
      "name": "period",
      "in": "query",
      "required": false,
      "description": "Instead of from: the day, week or month before `to` (or now).",
      "schema": {"type": "string", "enum": ["day", "week", "month"]}
     }
    ],
    "responses": {
     "200": {
      "description": "Done.",
      "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Files"}}}
     },
     "default": {"$ref": "#/components/responses/Error"}
    }
   }
  },
  "/api/v1/cameras/{camera}/segments": {
   "get": {
    "summary": "Byte ranges that begin with a key frame, for players that append them one after the other. At most a day.",
    "parameters": [
     {
      "name": "camera",
      "in": "path",
      "required": true,
      "description": "Identifier of the camera.",
      "schema": {"type": "string"}
     },
     {
      "name": "from",
      "in": "query",
      "required": false,
      "description": "Start of the interval: ISO 8601 in UTC, or microseconds since 1970.",
      "schema": {"type": "string"}
     },
     {
      "name": "to",
      "in": "query",
      "required": false,
      "description": "End of the interval, not included. Same forms as `from`.",
      "schema": {"type": "string"}
     }
    ],
    "responses": {
     "200": {
      "description": "Done.",
      "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Segments"}}}
     },
     "default": {"$ref": "#/components/responses/Error"}
    }
   }
  },
  "/api/v1/cameras/{camera}/playlist.m3u8": {
   "get": {
    "summary": "The same as an HLS playlist (RFC 8216).",
    "parameters": [
     {
      "name": "camera",
      "in": "path",
      "required": true,
      "description": "Identifier of the camera.",
      "schema": {"type": "string"}
     },
     {
      "name": "from",
      "in": "query",
      "required": false,
      "description": "Start of the interval: ISO 8601 in UTC, or microseconds since 1970.",
      "schema": {"type": "string"}
     },
     {
      "name": "to",
      "in": "query",
      "required": false,
      "description": "End of the interval, not included. Same forms as `from`.",
      "schema": {"type": "string"}
     }
    ],
    "responses": {
     "200": {
      "description": "The playlist.",
      "content": {"application/vnd.apple.mpegurl": {"schema": {"type": "string"}}}
     },
     "default": {"$ref": "#/components/responses/Error"}
    }
   }
  },
  "/api/v1/cameras/{camera}/clip.mp4": {
   "get": {
    "summary": "An interval of at most a day as one MP4 file, with ranges. Exact to the frame; the header fields Beffroi-First-Frame, Beffroi-End, Beffroi-Lead-In and Beffroi-Exact-Start say what was possible.",
    "parameters": [
     {
      "name": "camera",
      "in": "path",
      "required": true,
      "description": "Identifier of the camera.",
      "schema": {"type": "string"}
     },
     {
      "name": "from",
      "in": "query",
      "required": false,
      "description": "Start of the interval: ISO 8601 in UTC, or microseconds since 1970.",
      "schema": {"type": "string"}
     },
     {
      "name": "to",
      "in": "query",
      "required": false,
      "description": "End of the interval, not included. Same forms as `from`.",
      "schema": {"type": "string"}
     },
     {
      "name": "download",
      "in": "query",
      "required": false,
      "description": "1: to be saved under a name.",
      "schema": {"type": "string"}
     }
    ],
    "responses": {
     "200": {
      "description": "The file.",
      "content": {"video/mp4": {"schema": {"type": "string", "contentMediaType": "video/mp4"}}}
     },
     "206": {"description": "A part of it."},
     "default": {"$ref": "#/components/responses/Error"}
    }
   }
  },
  "/api/v1/cameras/{camera}/still.jpg": {
   "get": {
    "summary": "The key frame at or before an instant.",
    "parameters": [
     {
      "name": "camera",
      "in": "path",
      "required": true,
      "description": "Identifier of the camera.",
      "schema": {"type": "string"}
     },
     {
      "name": "at",
      "in": "query",
      "required": false,
      "description": "The instant; now when absent.",
      "schema": {"type": "string"}
     }
    ],
    "responses": {
     "200": {"description": "The picture.", "content": {"image/jpeg": {"schema": {"type": "string"}}}},
     "default": {"$ref": "#/components/responses/Error"}
    }
   }
  },
  "/api/v1/events": {
   "get": {
    "summary": "What happened to disks and recordings.",
    "parameters": [
     {
      "name": "from",
      "in": "query",
      "required": false,
      "description": "Start of the interval: ISO 8601 in UTC, or microseconds since 1970.",
      "schema": {"type": "string"}
     },
     {
      "name": "to",
      "in": "query",
      "required": false,
      "description": "End of the interval, not included. Same forms as `from`.",
      "schema": {"type": "string"}
     },
     {
      "name": "period",
      "in": "query",
      "required": false,
      "description": "Instead of from: the day, week or month before `to` (or now).",
      "schema": {"type": "string", "enum": ["day", "week", "month"]}
     },
     {
      "name": "camera",
      "in": "query",
      "required": false,
      "description": "Only of that camera.",
      "schema": {"type": "string"}
     }
    ],
    "responses": {
     "200": {
      "description": "Done.",
      "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Events"}}}
     },
     "default": {"$ref": "#/components/responses/Error"}
    }
   }
  },
  "/api/v1/disks": {
   "get": {
    "summary": "Disks of the archive.",
    "responses": {
     "200": {
      "description": "Done.",
      "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Disks"}}}
     },
     "default": {"$ref": "#/components/responses/Error"}
    }
   }
  }
 },
 "components": {
  "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
  "responses": {
   "Error": {
    "description": "What went wrong.",
    "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}
   }
  },
  "schemas": {
   "Error": {
    "type": "object",
    "required": ["error"],
    "properties": {
     "error": {
      "type": "object",
      "required": ["code", "message"],
      "properties": {"code": {"type": "string"}, "message": {"type": "string"}}
     }
    }
   },
   "Status": {
    "type": "object",
    "required": ["version", "now", "healthy", "trouble", "cameras", "recording"],
    "properties": {
     "version": {"type": "string"},
     "now": {"type": "string"},
     "healthy": {"type": "boolean"},
     "trouble": {"type": "string"},
     "cameras": {"type": "integer"},
     "recording": {"type": "integer"}
    }
   },
   "Format": {
    "type": "object",
    "required": ["name", "codec", "width", "height"],
    "properties": {
     "name": {"type": "string"},
     "codec": {"type": "string"},
     "width": {"type": "integer"},
     "height": {"type": "integer"}
    }
   },
   "Camera": {
    "type": "object",
    "required": [
     "id",
     "name",
     "state",
     "since",
     "detail",
     "format",
     "rate",
     "bits_per_second",
     "sub_stream",
     "stats",
     "last_frame",
     "clock_offset_us"
    ],
    "properties": {
     "id": {"type": "string"},
     "name": {"type": "string"},
     "state": {"type": "string", "enum": ["recording", "connecting", "lost", "refused", "stopped"]},
     "since": {"type": "string"},
     "detail": {"type": "string"},
     "format": {"anyOf": [{"$ref": "#/components/schemas/Format"}, {"type": "null"}]},
     "rate": {"type": "number"},
     "bits_per_second": {"type": "number"},
     "sub_stream": {"type": "boolean"},
     "stats": {
      "type": "object",
      "required": ["bytes", "frames", "key_frames", "packets", "lost", "damaged", "connects"],
      "properties": {
       "bytes": {"type": "integer", "format": "int64"},
       "frames": {"type": "integer", "format": "int64"},
       "key_frames": {"type": "integer", "format": "int64"},
       "packets": {"type": "integer", "format": "int64"},
       "lost": {"type": "integer", "format": "int64"},
       "damaged": {"type": "integer", "format": "int64"},
       "connects": {"type": "integer", "format": "int64"}
      }
     },
     "last_frame": {"type": ["string", "null"]},
     "clock_offset_us": {"type": ["integer", "null"]}
    }
   },
   "Cameras": {
    "type": "object",
    "required": ["cameras"],
    "properties": {"cameras": {"type": "array", "items": {"$ref": "#/components/schemas/Camera"}}}
   },
   "Timeline": {
    "type": "object",
    "required": ["camera", "from", "to", "from_us", "to_us", "spans", "recorded_us"],
    "properties": {
     "camera": {"type": "string"},
     "from": {"type": "string"},
     "to": {"type": "string"},
     "from_us": {"type": "integer", "format": "int64"},
     "to_us": {"type": "integer", "format": "int64"},
     "spans": {
      "type": "array",
      "items": {
       "type": "object",
       "required": ["from_us", "to_us", "recorded", "reason"],
       "properties": {
        "from_us": {"type": "integer", "format": "int64"},
        "to_us": {"type": "integer", "format": "int64"},
        "recorded": {"type": "boolean"},
        "reason": {"type": "string", "description": "Of a gap."}
       }
      }
     },
     "recorded_us": {"type": "integer", "format": "int64"}
    }
   },
   "Files": {
    "type": "object",
    "required": ["files"],
    "properties": {
     "files": {
      "type": "array",
      "items": {
       "type": "object",
       "required": ["id", "url", "name", "from_us", "to_us", "bytes", "frames", "open", "format"],
       "properties": {
        "id": {"type": "integer", "format": "int64"},
        "url": {"type": "string"},
        "name": {"type": "string"},
        "from_us": {"type": "integer", "format": "int64"},
        "to_us": {"type": "integer", "format": "int64"},
        "bytes": {"type": "integer", "format": "int64"},
        "frames": {"type": "integer", "format": "int64"},
        "open": {"type": "boolean"},
        "format": {"anyOf": [{"$ref": "#/components/schemas/Format"}, {"type": "null"}]}
       }
      }
     }
    }
   },
   "Segments": {
    "type": "object",
    "required": ["from_us", "to_us", "first_us", "last_us", "stretches"],
    "properties": {
     "from_us": {"type": "integer", "format": "int64"},
     "to_us": {"type": "integer", "format": "int64"},
     "first_us": {"type": "integer", "format": "int64"},
     "last_us": {"type": "integer", "format": "int64"},
     "stretches": {
      "type": "array",
      "items": {
       "type": "object",
       "required": ["url", "header_bytes", "open", "format", "segments"],
       "properties": {
        "url": {"type": "string"},
        "header_bytes": {"type": "integer"},
        "open": {"type": "boolean"},
        "format": {"anyOf": [{"$ref": "#/components/schemas/Format"}, {"type": "null"}]},
        "segments": {
         "type": "array",
         "items": {
          "type": "object",
          "required": ["offset", "bytes", "from_us", "to_us", "decode_time", "gap_before"],
          "properties": {
           "offset": {"type": "integer", "format": "int64"},
           "bytes": {"type": "integer", "format": "int64"},
           "from_us": {"type": "integer", "format": "int64"},
           "to_us": {"type": "integer", "format": "int64"},
           "decode_time": {"type": "integer", "format": "int64"},
           "gap_before": {"type": "boolean"}
          }
         }
        }
       }
      }
     }
    }
   },
   "Events": {
    "type": "object",
    "required": ["events"],
    "properties": {
     "events": {
      "type": "array",
      "items": {
       "type": "object",
       "required": ["at", "kind", "camera", "detail"],
       "properties": {
        "at": {"type": "string"},
        "kind": {"type": "string"},
        "camera": {"type": "string"},
        "detail": {"type": "string"}
       }
      }
     }
    }
   },
   "Disks": {
    "type": "object",
    "required": ["disks"],
    "properties": {
     "disks": {
      "type": "array",
      "items": {
       "type": "object",
       "required": ["folder", "id", "state", "bytes", "free", "days_left"],
       "properties": {
        "folder": {"type": "string"},
        "id": {"type": "string"},
        "state": {"type": "string"},
        "bytes": {"type": "integer", "format": "int64"},
        "free": {"type": "integer", "format": "int64"},
        "days_left": {"type": ["number", "null"]}
       }
      }
     }
    }
   }
  }
 }
}
)json";
}

}  // namespace beffroi::video_pages
