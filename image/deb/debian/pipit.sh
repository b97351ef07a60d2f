#!/bin/sh
# Node with what Pipit takes: few arenas and low thresholds, so that memory goes back to the system; small spaces for
# young objects. See mallopt(3).
exec env MALLOC_ARENA_MAX=2 MALLOC_MMAP_THRESHOLD_=131072 MALLOC_TRIM_THRESHOLD_=131072 \
  /usr/lib/pipit/node/bin/node --max-semi-space-size=2 /usr/lib/pipit/src/main.js "$@"
