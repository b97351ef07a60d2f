import type { HostNetwork } from '../core/host-network.ts';
import type { Preferences } from '../core/preferences.ts';
import type { Codec } from '../core/rung.ts';
import type {
  ClientHintAnswer,
  DetailsAnswer,
  DeviceAnswer,
  ListenerDetails,
  PreferencesAnswer,
  QuickSyncStatus,
} from './quick-sync-answers.ts';
import type {
  ClientHint,
  KeptDevice,
  ListenerSightReport,
  QuickSyncSight,
  UplinkKnowledge,
} from './quick-sync-deps.ts';

/** What `status/` says. */
export function statusAnswer({ link, host, decision }: QuickSyncSight, now: Date): QuickSyncStatus {
  const { buffer } = decision;
  return {
    network: { speed_mbps: hundredths(link.mbps), status: decision.network },
    system: {
      cpu_percent: tenthsOf(host.cpuPercent),
      memory_percent: tenthsOf(host.memoryPercent),
      memory_available_mb: host.memoryAvailableMb === undefined ? null : Math.round(host.memoryAvailableMb),
      status: decision.system,
    },
    quality: {
      level: decision.level,
      bitrate: decision.bitrate,
      description: decision.description,
      auto_selected: decision.autoSelected,
    },
    buffer: {
      buffer_size: buffer.bufferSize,
      preload: buffer.preload,
      max_buffer_size: buffer.maxBufferSize,
      rebuffer_threshold: buffer.rebufferThreshold,
    },
    timestamp: now.toISOString(),
  };
}

export function preferencesAnswer(preferences: Preferences): PreferencesAnswer {
  return {
    mode: preferences.mode,
    prefer_quality: preferences.preferQuality,
    adapt_to_system: preferences.adaptToSystem,
    auto_download_quality: preferences.autoDownloadQuality,
  };
}

/** What `details/` says. */
export function detailsAnswer(
  { link, host, decision }: QuickSyncSight,
  more: {
    readonly network: HostNetwork;
    readonly hint: ClientHint | undefined;
    readonly listeners: readonly ListenerSightReport[];
    readonly preferredCodec: Codec | undefined;
    readonly uplink: UplinkKnowledge | undefined;
  },
  now: Date,
): DetailsAnswer {
  const { network, hint, listeners, preferredCodec, uplink } = more;
  return {
    link: {
      speed_mbps: hundredths(link.mbps),
      source: link.source,
      age_seconds: tenthsOf(link.ageS),
      lower_bound: link.isLowerBound,
      rtt_ms: tenthsOf(link.rttMs),
      problem: link.problem ?? null,
    },
    network: {
      type: network.type,
      interface: network.interface,
      rated_mbps: tenthsOf(network.ratedMbps),
      signal_dbm: network.signalDbm ?? null,
    },
    client: hint === undefined ? null : hintAnswer(hint),
    system: {
      temperature_c: tenthsOf(host.temperatureC),
      throttled: host.isThrottled ?? null,
      swapping: host.isSwapping ?? null,
      memory_pressure_percent: tenthsOf(host.memoryPressurePercent),
      own_cpu_percent: tenthsOf(host.ownCpuPercent),
    },
    reasons: decision.why.map(({ code, sentence }) => ({ code, sentence })),
    listeners: listeners.map(listenerDetails),
    preferred_codec: preferredCodec ?? null,
    uplink: uplink === undefined ? null : uplinkAnswer(uplink),
    timestamp: now.toISOString(),
  };
}

export function deviceAnswer(device: KeptDevice, isThisDevice: boolean): DeviceAnswer {
  return {
    id: device.id,
    name: device.name,
    agent: device.agent,
    preferences: preferencesAnswer(device.preferences),
    created: new Date(device.createdMs).toISOString(),
    last_seen: new Date(device.lastSeenMs).toISOString(),
    this_device: isThisDevice,
  };
}

/** Percentages, degrees and seconds. */
export function tenthsOf(value: number | undefined): number | null {
  return value === undefined ? null : Math.round(value * 10) / 10;
}

/** Mbit/s. */
export function hundredths(value: number): number {
  return Math.round(value * 100) / 100;
}

function hintAnswer({ type, effectiveType, downlinkMbps, rttMs, saveData }: ClientHint): ClientHintAnswer {
  return {
    type: type ?? null,
    effective_type: effectiveType ?? null,
    downlink_mbps: downlinkMbps ?? null,
    rtt_ms: rttMs ?? null,
    save_data: saveData ?? null,
  };
}

function uplinkAnswer({ mbps, ageS, host, problem }: UplinkKnowledge): DetailsAnswer['uplink'] {
  return {
    speed_mbps: mbps === undefined ? null : hundredths(mbps),
    age_seconds: tenthsOf(ageS),
    host: host ?? null,
    problem: problem ?? null,
  };
}

/** What is known of one listener. */
export function listenerDetails(listener: ListenerSightReport): ListenerDetails {
  const { lossShare } = listener;
  return {
    id: listener.id,
    quality: listener.quality,
    rung: listener.rung,
    bitrate_kbps: listener.bitrateKbps,
    reason: listener.reason,
    hold: listener.hold ?? null,
    link_kbps: wholeOf(listener.linkKbps),
    shown_kbps: wholeOf(listener.shownKbps),
    buffer_seconds: hundredths(listener.bufferS),
    stalls: listener.stalls,
    stalled_seconds: hundredths(listener.stalledS),
    below_lowest: listener.isBelowLowest,
    rtt_ms: tenthsOf(listener.rttMs),
    loss_percent: lossShare === undefined ? null : hundredths(lossShare * 100),
    switches: listener.switches.map(({ atS, from, to, reason }) => ({ at_seconds: hundredths(atS), from, to, reason })),
  };
}

function wholeOf(value: number | undefined): number | null {
  return value === undefined ? null : Math.round(value);
}
