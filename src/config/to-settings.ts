import { rungNamed } from '../core/rung.ts';
import type { SoundTreatment } from '../core/sound-treatment.ts';
import type { MeterSettings, SourceSettings } from '../core/source-settings.ts';
import type { Settings } from './settings.ts';
import { cameraOf } from './to-camera.ts';
import { milliseconds } from './to-milliseconds.ts';
import { quickSyncOf } from './to-quick-sync.ts';
import { authOf, gpioOf, historyOf, mqttOf } from './to-services.ts';
import type { SourceValues, Values } from './values.ts';

const MIB = 1024 * 1024;

/** The settings that valid values stand for: names and units of the code, frozen all through. */
export function toSettings(values: Values): Settings {
  const { server, buffer, broadcaster, playlist, metadata, encoder, streaming, advanced } = values.blocks;
  const settings: Settings = {
    profile: values.top.profile,
    dataDir: values.top.data_dir,
    server: {
      host: server.host,
      listenPort: server.listen_port,
      sourcePort: server.source_port,
      sourcePassword: server.source_password,
      tls: server.tls,
      tlsPort: server.tls_port,
      tlsCertificate: server.tls_certificate,
      tlsKey: server.tls_key,
    },
    buffer: { sizeBytes: Math.round(buffer.size_mb * MIB) },
    broadcaster: {
      chunkSizeBytes: broadcaster.chunk_size,
      maxChunkDelayMs: broadcaster.max_chunk_delay_ms,
      sleepHighMs: milliseconds(broadcaster.sleep_high),
      sleepMediumMs: milliseconds(broadcaster.sleep_medium),
      sleepLowMs: milliseconds(broadcaster.sleep_low),
      burstSeconds: broadcaster.burst_seconds,
      maxBurstSeconds: broadcaster.max_burst_seconds,
      maxLagMs: broadcaster.max_lag_ms,
      stallTimeoutMs: milliseconds(broadcaster.stall_timeout_s),
    },
    playlist: { directory: playlist.directory, shuffle: playlist.shuffle, extensions: lowerCase(playlist.extensions) },
    metadata: {
      stationName: metadata.station_name,
      stationDescription: metadata.station_description,
      stationGenre: metadata.station_genre,
      stationUrl: metadata.station_url,
      enableIcy: metadata.enable_icy,
      icyMetaintBytes: metadata.icy_metaint,
    },
    encoder: {
      channels: encoder.channels === 1 ? 1 : 2,
      mp3Quality: encoder.mp3_quality,
      opusComplexity: encoder.opus_complexity,
      aacCoder: encoder.aac_coder,
      flacLevel: encoder.flac_level,
      primeSeconds: encoder.prime_seconds,
      defaultRung: rungNamed(encoder.default_rung) ?? null,
      defaultRungShare: encoder.default_rung_share,
    },
    quickSync: quickSyncOf(values.blocks.quick_sync),
    streaming: {
      enabled: streaming.enabled,
      enableOptimizer: streaming.enable_optimizer,
      cacheFrames: streaming.cache_size,
      cacheBytes: Math.round(streaming.cache_mb * MIB),
      qualityLevels: [...streaming.quality_levels],
      adaptiveQuality: streaming.adaptive_quality,
      minQuality: streaming.min_quality,
      maxQuality: streaming.max_quality,
      targetKbps: streaming.target_bitrate,
      maxViewers: streaming.max_viewers,
      maxViewersPerAddress: streaming.max_viewers_per_address,
    },
    auth: authOf(values.blocks.auth),
    mqtt: mqttOf(values.blocks.mqtt),
    history: historyOf(values.blocks.history),
    gpio: gpioOf(values.blocks.gpio),
    advanced: {
      maxListeners: advanced.max_listeners,
      sourceTimeoutMs: milliseconds(advanced.source_timeout),
      verboseLogging: advanced.verbose_logging,
      enableStats: advanced.enable_stats,
      maxListenersPerAddress: advanced.max_listeners_per_address,
      exemptNetworks: [...advanced.exempt_networks],
      headerTimeoutMs: milliseconds(advanced.header_timeout_s),
      checkReleases: advanced.check_releases,
      releaseUrl: advanced.release_url,
    },
    sources: [...values.sources].map(([name, source]) => ({
      name,
      settings: sourceSettings(source),
      meter: meterSettings(source),
      treatment: treatmentOf(source),
      builtIn: values.builtIn.has(name),
    })),
    cameras: streaming.enabled
      ? [...values.cameras].map(([name, camera]) => cameraOf(name, camera, values.implicitCamera))
      : [],
    mounts: [...values.mounts].map(([path, mount]) => ({
      path,
      source: mount.source,
      camera: streaming.enabled && mount.camera !== '' ? mount.camera : undefined,
      fallback: [...mount.fallback],
    })),
  };
  return frozen(settings);
}

function sourceSettings(values: SourceValues): SourceSettings {
  switch (values.type) {
    case 'alsa':
      return { type: values.type, device: values.device, mixer: values.mixer };
    case 'exec':
      return {
        type: values.type,
        command: [...values.command],
        format: values.format,
        sampleRate: values.sample_rate,
        channels: values.channels === 1 ? 1 : 2,
      };
    case 'file':
      return { type: values.type, path: values.path, loop: values.loop };
    case 'url':
      return { type: values.type, url: values.url };
    case 'test':
      return { type: values.type, frequencyHz: values.frequency_hz, levelDb: values.level_db };
    case 'playlist':
      return {
        type: values.type,
        directory: values.directory,
        shuffle: values.shuffle,
        extensions: lowerCase(values.extensions),
      };
    case 'client':
      return { type: values.type, contentType: '' };
    default:
      return { type: values.type };
  }
}

function meterSettings(values: SourceValues): MeterSettings {
  return {
    silenceDb: values.silence_db,
    silenceSeconds: values.silence_seconds,
    soundDb: values.sound_db,
    soundSeconds: values.sound_seconds,
  };
}

function treatmentOf(values: SourceValues): SoundTreatment {
  return {
    gainDb: values.gain_db,
    useChannels: values.use_channels,
    highPassHz: values.high_pass_hz,
    autoGain: values.auto_gain,
  };
}

function lowerCase(extensions: readonly string[]): readonly string[] {
  return extensions.map((extension) => extension.toLowerCase());
}

function frozen<T>(value: T): T {
  // Rungs are core's own, and frozen there.
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  for (const inner of Object.values(value)) frozen(inner);
  return Object.freeze(value);
}
