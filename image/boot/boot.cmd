# Boot script of Pipit's image, run by U-Boot (made into boot.scr with mkimage). The same script serves the Raspberry
# Pis and QEMU's "virt" machine.
#
# The disk has two systems, A (partitions 2 and 5) and B (partitions 3 and 6). Which one starts is in slots.env on the
# first partition, in the form that U-Boot and RAUC share (RAUC reference manual, "Setting up U-Boot"):
#   BOOT_ORDER    "A B": the order in which they are tried
#   BOOT_A_LEFT   how often A may still be tried. One is taken at each start; a system that came up well has it set back.
#   BOOT_B_LEFT   the same for B
# slots.env is 512 bytes, one sector of the disk, and is written in place: it is either as it was or as it will be. One
# that is missing or damaged stands for the defaults below. Numbers stay below ten: setexpr writes them in base 16.

echo "Pipit: looking for a system to start"
test -n "${devtype}" || env set devtype mmc
test -n "${devnum}" || env set devnum 0

# U-Boot on the Pi begins at 0x80000 and the kernel takes 64 MB from there; on virt memory begins at 1 GB.
if test "${board}" = "rpi"; then
  env set work_addr 0x06000000
  env set packed_addr 0x08000000
  env set initrd_addr 0x10000000
  # Whoever started U-Boot may have left the device tree where the kernel is unpacked to.
  if fdt addr ${fdt_addr} && fdt move ${fdt_addr} 0x0c000000; then env set fdt_addr 0x0c000000; fi
  # Upstream's device trees have the Pi's debug connector as ttyAMA10 on a 5 and pins 14 and 15 as ttyS1 on all before.
  env set consoles "console=ttyS1,115200 console=tty1"
  if test "${fdtfile}" = "broadcom/bcm2712-rpi-5-b.dtb"; then env set consoles "console=ttyAMA10,115200 console=tty1"; fi
else
  env set work_addr 0x46000000
  env set packed_addr 0x48000000
  env set initrd_addr 0x50000000
  env set consoles "console=tty1 console=ttyAMA0,115200"
fi

env set BOOT_ORDER "A B"
env set BOOT_A_LEFT 3
env set BOOT_B_LEFT 3
if load ${devtype} ${devnum}:1 ${work_addr} slots.env 200; then
  env import -c ${work_addr} 200 BOOT_ORDER BOOT_A_LEFT BOOT_B_LEFT || echo "Pipit: slots.env is damaged, using defaults"
else
  echo "Pipit: there is no slots.env, using defaults"
fi
test "${BOOT_ORDER}" = "A B" || test "${BOOT_ORDER}" = "B A" || test "${BOOT_ORDER}" = "A" || test "${BOOT_ORDER}" = "B" || env set BOOT_ORDER "A B"

env set save "env export -c -s 200 ${work_addr} BOOT_ORDER BOOT_A_LEFT BOOT_B_LEFT && fatwrite ${devtype} ${devnum}:1 ${work_addr} slots.env 200"

for slot in ${BOOT_ORDER}; do
  env set may
  if test "${slot}" = "A"; then
    if test ${BOOT_A_LEFT} -gt 0; then
      setexpr BOOT_A_LEFT ${BOOT_A_LEFT} - 1
      env set may yes
      env set boot_part 2
      env set root_part 05
    fi
  else
    if test ${BOOT_B_LEFT} -gt 0; then
      setexpr BOOT_B_LEFT ${BOOT_B_LEFT} - 1
      env set may yes
      env set boot_part 3
      env set root_part 06
    fi
  fi
  if test -n "${may}"; then
    echo "Pipit: starting system ${slot} (tries left: A ${BOOT_A_LEFT}, B ${BOOT_B_LEFT})"
    # Counted before anything of the slot is read: whatever it does to us, the other one has its turn.
    run save || echo "Pipit: slots.env could not be written"
    # thp_anon: memory by 64 KiB where it can be: half as many page faults while programs start, for 8 MB more in use.
    env set bootargs "root=PARTUUID=50495054-${root_part} rootfstype=squashfs ro rootwait rauc.slot=${slot} ${consoles} panic=10 psi=1 lsm=landlock,yama net.ifnames=0 thp_anon=64K:always quiet loglevel=4"
    if load ${devtype} ${devnum}:${boot_part} ${packed_addr} Image.gz && unzip ${packed_addr} ${kernel_addr_r} && load ${devtype} ${devnum}:${boot_part} ${initrd_addr} initrd; then
      # Comes back only when the kernel is not one.
      booti ${kernel_addr_r} ${initrd_addr}:${filesize} ${fdt_addr}
    fi
    echo "Pipit: system ${slot} can not be started"
  fi
done

# Neither may be tried any more, or neither is whole. Trying again for ever is better than a box that stays dark.
echo "Pipit: no system has a try left; both get new ones"
env set BOOT_A_LEFT 3
env set BOOT_B_LEFT 3
run save || echo "Pipit: slots.env could not be written"
sleep 5
reset
