# Pipit's configuration.
#
# Every key, its range and the profiles: docs/config.md. Is it right?  pipit --check -c config.hcl
# A line that begins with # is off and shows the default: remove the # to change it.

# The set of tuned numbers that the other keys start from. Without it: raspberry-pi on a Pi, else home-server.
# raspberry-pi, home-server, many-listeners, low-latency, playlist
# profile = "home-server"

# Directory for what must outlive a restart; made when it is missing.
# data_dir = "./data"

# Where Pipit listens.
server {
  # host            = "::"      # Address to listen on. :: takes IPv6 and IPv4 from everywhere, 127.0.0.1 this machine only.
  # listen_port     = 8001      # Port of the web page, the streams and the API. 0 takes any free one.
  # source_port     = 8000      # Port for source clients (Icecast protocol). 0 takes any free one.
  # source_password = ""        # What source clients must know. Empty: the source port refuses everyone.
  # mount_point     = "/stream" # Path of the only mount when there is no mount block.
  # tls             = "off"     # Answer https as well, on tls_port: with a certificate that Pipit makes, or with one of your own.
  # tls_port        = 8443      # Port of https. 0 takes any free one.
  # tls_certificate = ""        # PEM file with the certificate and what signed it.
  # tls_key         = ""        # PEM file with its key.
}

# Where sound comes from. Without any, there is source "mic" with type = "alsa".
# Types: alsa, exec, file, url, test, playlist, client, demo, silence.
source "mic" {
  type   = "alsa"
  device = "auto" # The sound card: auto takes the first one; `pipit devices` lists what to write here.
}

# Where pictures come from. Without any, there is camera "camera" with type = "auto"; streaming.enabled turns it off.
# Types: auto, v4l2, rpicam, url, file, test.
# For example:
# camera "door" {
#   type    = "v4l2"
#   device  = "auto"         # The camera: auto takes the first one; `pipit devices` lists what to write here.
#   fps     = 15             # The most pictures a second that anybody gets, and what a camera with modes is asked for.
#   rotate  = 180            # Turn the picture clockwise by so many degrees.
#   mask    = ["0,0,25,100"] # Rectangles to paint black, in percent of the picture as viewers see it: left, top, width, height.
#   overlay = "clock"        # Write the time or the name of the camera into the picture.
# }

# What listeners open. Without any, server.mount_point names the only one.
mount "/stream" {
  source   = "mic"
  fallback = ["demo"] # heard while the microphone is missing; also "silence", "test" or another source
}

# From here on everything is off: the defaults are fine. Numbers are those of profile home-server.

# How much of the past is kept.
# buffer {
#   size_mb = 20 # Memory for the past of one mount, shared by its rungs. 20 MiB hold 22 minutes of 128 kbit/s.
# }

# How sound leaves for the listeners.
# broadcaster {
#   chunk_size         = 16384  # Bytes gathered before they are written to a listener. More costs delay and saves CPU.
#   max_chunk_delay_ms = 500    # Longest time that bytes are gathered: this rules at low bitrates, chunk_size at high ones.
#   sleep_high         = 0.0005 # Pause between two passes while over 80 % of the ring is to be sent.
#   sleep_medium       = 0.001  # The same, for 50 to 80 %.
#   sleep_low          = 0.002  # The same, below 50 %. Shorter answers faster and costs CPU.
#   burst_seconds      = 2      # Past that a new listener is sent at once, so that it plays without waiting; also its delay.
#   max_burst_seconds  = 30     # The most that a listener may ask for with ?burst=.
#   max_lag_ms         = 10000  # A listener further behind than this skips to the present.
#   stall_timeout_s    = 30     # A listener that takes no byte for so long is disconnected.
# }

# What playlist sources play when they do not say otherwise.
# playlist {
#   directory  = "./music"            # Where the music of playlist sources is.
#   shuffle    = false                # Play in random order.
#   extensions = [".mp3", ".m4a", ".aac", ".ogg", ".opus", ".flac", ".wav"] # Which files are music.
# }

# How the station presents itself.
# metadata {
#   station_name        = "Pipit" # Name that players show.
#   station_description = ""      # A sentence about the station.
#   station_genre       = ""      # Its genre.
#   station_url         = ""      # Its page on the web.
#   enable_icy          = true    # Tell players that ask for it what is playing.
#   icy_metaint         = 16000   # Bytes of sound between two such notes.
# }

# How sound is encoded.
# encoder {
#   channels           = 2         # 1 is mono, 2 is stereo, on every rung.
#   default_rung       = "mp3@128" # Encoded even when nobody listens, to have a past to send. off saves its CPU.
#   default_rung_share = 0.6       # Part of the ring that is kept for it; the other rungs share the rest.
#   prime_seconds      = 2         # Past that any other rung is encoded from when its first listener comes.
#   mp3_quality        = 3         # LAME's effort: 0 is best and slowest, 9 fastest.
#   opus_complexity    = 8         # Opus' effort: 10 is best and slowest, 0 fastest.
#   aac_coder          = "fast"    # AAC's effort: twoloop sounds better and costs twice as much.
#   flac_level         = 5         # FLAC's effort: 12 is smallest and slowest, 0 fastest.
# }

# Which quality of sound a listener gets that leaves the choice to Pipit (quality=auto, the default).
# quick_sync {
#   enabled                  = true       # Change a listener's bitrate with what its link carries. false: it stays at the one it begins with.
#   quality_profile          = "none"     # The most that is given unasked: mobile_data 128, wifi_standard 256, wifi_premium 320, ethernet_audiophile FLAC.
#   min_bitrate              = 64         # Nobody on quality=auto gets less, in kbit/s, but Opus at 32 where a link carries no more.
#   max_bitrate              = 320        # Nobody on quality=auto gets more.
#   target_bitrate           = 0          # What a listener begins with while nothing is known of its link. 0: the rung that is encoded anyway.
#   adaptation_interval_s    = 2          # Between two regular decisions about a listener; a link that fails is not made to wait for it.
#   hysteresis               = 0.2        # Share by which a link must carry more than the next bitrate needs. More is calmer and goes up later.
#   bandwidth_threshold_low  = 200        # A link that carries no more kbit/s than this gets the lowest bitrate at once.
#   bandwidth_threshold_high = 1000       # A link that carries so many kbit/s is no reason to stay below the highest.
#   latency_threshold_ms     = 150        # While round trips take so much longer than the shortest did, nobody goes up.
#   packet_loss_threshold    = 0.01       # Nor while a greater share of packets than this is lost.
#   smoothing                = 0.8        # Weight of the past in the estimate of a link. More is calmer and slower; falls don't wait for it.
#   burst_allowance_ms       = 100        # What lies on the way for no longer than this is no backlog.
#   user_preference_weight   = 0.7        # How much a device's wish for quality counts against caution: 0 not at all, 1 fully.
#   buffer_target_s          = 5          # Where a listener's own buffer should stay, as far as the server can tell.
#   buffer_min_s             = 2          # Below this its bitrate goes down without delay.
#   buffer_max_s             = 10         # From here on it counts as full.
#   preload_threshold        = 0.3        # Part of its buffer that a player fills before it plays again after it ran dry.
#   test_timeout_s           = 5          # A test of a link takes no longer.
#   test_urls                = []         # What to load to measure the station's own uplink, in this order. Empty: nothing is ever contacted for it.
#   low_bitrate              = 64         # Level low, in kbit/s.
#   low_buffer_s             = 5          # Seconds that a player should keep in hand at this level, on an ordinary link.
#   low_preload              = "metadata" # How much of it to load before somebody presses play.
#   low_mbps                 = 0.5        # Mbit/s that a link must carry for this level to be recommended.
#   medium_bitrate           = 128        # Level medium, in kbit/s.
#   medium_buffer_s          = 10         # Seconds that a player should keep in hand at this level, on an ordinary link.
#   medium_preload           = "auto"     # How much of it to load before somebody presses play.
#   medium_mbps              = 1          # Mbit/s that a link must carry for this level to be recommended.
#   high_bitrate             = 256        # Level high, in kbit/s.
#   high_buffer_s            = 15         # Seconds that a player should keep in hand at this level, on an ordinary link.
#   high_preload             = "auto"     # How much of it to load before somebody presses play.
#   high_mbps                = 2          # Mbit/s that a link must carry for this level to be recommended.
#   ultra_bitrate            = 320        # Level ultra, in kbit/s.
#   ultra_buffer_s           = 20         # Seconds that a player should keep in hand at this level, on an ordinary link.
#   ultra_preload            = "auto"     # How much of it to load before somebody presses play.
#   ultra_mbps               = 5          # Mbit/s that a link must carry for this level to be recommended.
#   high_load_cpu            = 80         # Above so many per cent of all cores the box has it hard …
#   high_load_memory         = 85         # … or above so much of memory, unless the kernel knows that nothing waits for it.
#   moderate_load_cpu        = 50         # Above this the load is moderate …
#   moderate_load_memory     = 70         # … or above so much of memory.
#   idle_cpu                 = 30         # Below this, and idle_memory, devices that prefer quality get a level more.
#   idle_memory              = 50         # See idle_cpu.
# }

# How pictures leave for the viewers of a camera.
# streaming {
#   enabled                 = true         # Have cameras. false: none is ever opened, whatever else is said about them.
#   enable_optimizer        = true         # Fit quality and frame rate to links and machine. false: everybody gets the highest level.
#   cache_size              = 3            # Pictures of one camera that are kept encoded, each at the levels that somebody wanted.
#   cache_mb                = 24           # Memory for them, of one camera.
#   quality_levels          = [90, 70, 50] # JPEG qualities that viewers are given. Each costs one encoding a picture while somebody watches it.
#   adaptive_quality        = true         # Change a viewer's level with what its link carries. false: a slow link skips pictures instead.
#   min_quality             = 30           # One more level, for when the lowest of quality_levels is still too much. Not above that.
#   max_quality             = 95           # Nobody gets more. Not below the highest of quality_levels.
#   target_bitrate          = 8000         # The most that a viewer is sent; on a slow link it is less. 2000 suits 640x480, 8000 1280x720.
#   max_viewers             = 100          # Of streams, and as many of WebSockets; more are told to come back later (503).
#   max_viewers_per_address = 8            # The same for one address; 0 is no limit. This machine itself has none.
# }

# Who may listen, watch and change something.
# auth {
#   password        = ""     # What changes take. Empty: the password that was set on the page, and until then only its first visit.
#   listeners       = "open" # Who may listen and watch: anybody on the network, who has a link with a token, or who knows the password.
#   session_days    = 30     # So long a browser stays signed in that nobody uses.
#   allowed_hosts   = []     # More names under which browsers may open this station. Addresses, single words and .local names always may.
#   trusted_proxies = []     # Networks of reverse proxies whose X-Forwarded-For and X-Forwarded-Proto are believed.
# }

# The broker of the house, and Home Assistant behind it.
# mqtt {
#   url                = ""              # The broker: mqtt:// or mqtts://, host and port. It may hold user and password. Empty: no MQTT.
#   username           = ""              # User, where the broker asks for one.
#   password           = ""              # Password of that user.
#   version            = "5"             # Of the protocol; old brokers speak 3.1.1 only.
#   client_id          = ""              # Name of this connection at the broker. Empty: made from the board.
#   topic_prefix       = "pipit"         # First part of all topics.
#   discovery          = true            # Have Home Assistant find this station.
#   discovery_prefix   = "homeassistant" # Where Home Assistant looks.
#   commands           = true            # Take commands from the broker: whoever may publish there may then change what the entities offer.
#   interval_s         = 10              # Between two messages of figures. Changes of state are told at once.
#   camera_interval_s  = 0               # Between two pictures of a camera. 0: none; each picture opens the camera for a moment.
#   ca_file            = ""              # Certificate (PEM) of who signed the broker's, where that is not a public authority.
#   verify_certificate = true            # Of mqtts://. false accepts any certificate.
#   keepalive_s        = 30              # How soon a dead connection is noticed.
# }

# What is kept of the past.
# history {
#   enabled        = true  # Keep figures, sessions and events in data_dir/pipit.db.
#   minute_days    = 7     # So long figures are kept by the minute.
#   hour_days      = 400   # So long they are kept by the hour.
#   session_days   = 90    # So long it is kept who listened.
#   event_days     = 90    # So long it is kept what happened.
#   full_addresses = false # Keep whole addresses of listeners. false: without their last part, which tells networks apart and not people.
#   max_mb         = 128   # The file never grows beyond this; the oldest goes first.
# }

# LED, button, sensor and lamp on the 40-pin header.
# gpio {
#   board_led         = true     # The Pi's own LED shows how the station is, instead of the card's activity.
#   status_led        = -1       # BCM number of an LED that shows how the station is. -1: none.
#   led_active_low    = false    # The LED is lit when the pin is low.
#   button            = -1       # BCM number of a button: short mutes the microphone, long shuts down, very long resets to factory settings.
#   button_active_low = true     # Pressed is low: a button to ground with a pull-up.
#   long_press_s      = 3        # A press so long is a long one.
#   very_long_press_s = 10       # The same for very long.
#   input             = -1       # BCM number of a motion sensor or a door contact; its changes are events.
#   input_kind        = "motion" # What it is.
#   input_name        = ""       # What people call it.
#   input_active_low  = false    # Low means motion, or open.
#   on_air            = -1       # BCM number of an output that is on while somebody listens or watches.
#   on_air_active_low = false    # On is low.
#   debounce_ms       = 30       # Changes of an input that are shorter do not count.
# }

# Limits, timeouts and logging.
# advanced {
#   max_listeners             = 250   # More are told to come back later (503).
#   max_listeners_per_address = 32    # The same for one address; 0 is no limit. This machine itself has none.
#   exempt_networks           = []    # Networks without that limit, for instance 192.168.1.0/24.
#   source_timeout            = 10    # A source that delivers nothing for so long is down.
#   header_timeout_s          = 10    # A client must have sent its request by then.
#   verbose_logging           = false # Log what developers want to know.
#   enable_stats              = true  # Answer /api/stats; without it that is 403.
#   check_releases            = false # Ask release_url once a day whether there is a newer Pipit, and say so on the page.
#   release_url               = ""    # Where it asks: JSON with the keys version and url.
# }
