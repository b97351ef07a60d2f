/** What dist/boot-report.json says: a release in figures. */
export interface BootFigures {
  /** From the kernel's start to multi-user.target, as systemd counts. Seconds. */
  readonly boot_s: number;
  /** The same system without Pipit. */
  readonly baseline_s: number;
  /** From the kernel's start until a listener outside had the first byte of sound from the sound card. */
  readonly first_audio_s: number;
  /** In use on 512 MB with a microphone, five listeners and a full ring. */
  readonly mem_used_mb: number;
  /** The same with a camera and two viewers as well. */
  readonly mem_camera_mb: number;
  readonly xz_mb: number;
  readonly deb_mb: number;
  /** systemd-analyze security. */
  readonly security_score: number;
}
