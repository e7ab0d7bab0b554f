#!/usr/bin/env bash
# The kernel's own NFS and SMB, from both sides, on one machine: three small Debian VMs under QEMU (in software; with
# RIG_ACCEL=kvm where that works), a server with two addresses and two clients, on a bridge in a network namespace of their
# own. Every protocol is mounted by runtest itself, on both clients, and put under each profile; the table in docs/rigs.md is
# written from what the runs say, a row after each; what isn't run again keeps its row and date.
#
#   scripts/rig-mounts.sh FOLDER [PROTOCOL[:PROFILE]...]   needs root, Debian, 4 GB in FOLDER; the first time takes some minutes
#
# RIG_DURATION is how long each stresses (25s). An nfs run takes a minute more: its attribute caches are waited out before
# verify. FOLDER keeps the image and the reports; everything else is gone at the end, also after Ctrl-C.
set -euo pipefail
cd "$(dirname "$0")/.."
folder=$(mkdir -p "$1" && cd "$1" && pwd); shift
protocols=(nfs3 nfs4.1 nfs4.2 smb3) profiles=(mixed race append shared locks close-to-open)
wanted=("$@")
[ ${#wanted[@]} -gt 0 ] || wanted=("${protocols[@]}")
duration=${RIG_DURATION:-25s}
net=funbric-rig-$$
server=10.97.0.10 second=10.97.0.20 clients=(10.97.0.11 10.97.0.12)

skip() { echo "skipped: $*"; exit 0; }
[ "$(id -u)" = 0 ] || skip 'mounts, bridges and images take root'
for program in qemu-system-x86_64:qemu-system-x86 qemu-img:qemu-utils debootstrap:debootstrap ip:iproute2 mkfs.ext4:e2fsprogs ssh-keygen:openssh-client; do
  command -v "${program%:*}" >/dev/null || skip "no ${program%:*} here (Debian: ${program#*:})"
done
kernel=$(find /boot -name 'vmlinuz-*-cloud-*' | sort -V | tail -n 1)
[ -n "$kernel" ] || skip 'no kernel for VMs here (Debian: linux-image-cloud-amd64)'
release=${kernel#/boot/vmlinuz-}

build() {
  local root=$folder/root codename mirror
  codename=$(. /etc/os-release && echo "$VERSION_CODENAME")
  mirror=$(apt-cache policy openssh-server | grep -oE 'https?://[^ ]+' | head -n 1)
  rm -rf "$root"
  debootstrap --variant=minbase --include=openssh-server,nfs-common,nfs-kernel-server,cifs-utils,samba,iproute2,kmod,e2fsprogs \
    "$codename" "$root" "$mirror" >"$folder/build.log" 2>&1
  mkdir -p "$root/usr/lib/modules" "$root/export" "$root/root/.ssh" "$root/var/lib/nfs/rpc_pipefs"
  cp -a "/lib/modules/$release" "$root/usr/lib/modules/"
  chroot "$root" depmod "$release"
  install -m 755 "$(readlink -f "$(command -v node)")" "$root/usr/local/bin/node"
  ssh-keygen -q -t ed25519 -N '' -f "$folder/key"
  install -m 600 "$folder/key.pub" "$root/root/.ssh/authorized_keys"
  (umask 077 && printf 'username=tester\npassword=%s\n' "$(head -c 12 /dev/urandom | base64 | tr -d '/+=')" >"$folder/credentials")
  printf 'password_for() { sed -n s/^password=//p /rig-credentials; }\n' >"$root/rig-functions"
  install -m 600 "$folder/credentials" "$root/rig-credentials"
  install -m 755 /dev/stdin "$root/rig-init" <<'INIT'
#!/bin/bash
export PATH=/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
mount -t proc proc /proc; mount -t sysfs sys /sys; mount -t devtmpfs dev /dev 2>/dev/null
mkdir -p /dev/pts; mount -t devpts devpts /dev/pts; mount -t tmpfs tmpfs /run; mount -t tmpfs tmpfs /tmp
for word in $(cat /proc/cmdline); do case $word in rig.*) declare "${word#rig.}" ;; esac; done
modprobe virtio_net; sleep 0.5
nic=$(basename "$(find /sys/class/net -name 'e*' | head -n 1)")
ip link set lo up; ip link set "$nic" up
for one in ${addresses//,/ }; do ip addr add "$one/24" dev "$nic"; done
hostname "rig-${role}-${addresses##*.}"
mkdir -p /run/sshd /run/rpcbind /run/samba /var/log/samba
/usr/sbin/sshd; rpcbind -w
mount -t rpc_pipefs rpc_pipefs /var/lib/nfs/rpc_pipefs
if [ "$role" = server ]; then
  mkfs.ext4 -q /dev/vdb; mount /dev/vdb /export; chmod 1777 /export
  echo '/export *(rw,sync,no_subtree_check,no_root_squash)' >/etc/exports
  modprobe nfsd; mount -t nfsd nfsd /proc/fs/nfsd
  rpc.statd --no-notify; exportfs -ra; rpc.nfsd --grace-time 10 --lease-time 10 8; rpc.mountd
  . /rig-functions
  useradd --no-create-home tester; password=$(password_for)
  printf '[global]\nserver min protocol = SMB2\nsmb encrypt = desired\n[export]\npath = /export\nread only = no\nvalid users = tester\nforce user = root\n' >/etc/samba/smb.conf
  printf '%s\n%s\n' "$password" "$password" | smbpasswd -s -a tester >/dev/null
  smbd -D
else
  modprobe nfs; modprobe cifs; rpc.statd --no-notify
fi
echo "RIG-READY $role" >/dev/console
while :; do sleep 3600; done
INIT
  rm -f "$folder/base.img"
  truncate -s 3G "$folder/base.part"
  mkfs.ext4 -q -d "$root" "$folder/base.part"
  local key; key=$(cut -d' ' -f1,2 "$root/etc/ssh/ssh_host_ed25519_key.pub")
  for one in "$server" "${clients[@]}"; do echo "$one $key"; done >"$folder/known_hosts"
  rm -rf "$root"
  mv "$folder/base.part" "$folder/base.img"
}

pids=()
down() {
  for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null || true; done
  wait "${pids[@]}" 2>/dev/null || true
  ip netns del $net 2>/dev/null || true
  rm -f "$folder"/*.qcow2
}

boot() { # name role addresses number
  qemu-img create -q -f qcow2 -b "$folder/base.img" -F raw "$folder/$1.qcow2"
  local disks=(-drive "file=$folder/$1.qcow2,if=virtio,cache=unsafe")
  if [ "$2" = server ]; then
    qemu-img create -q -f qcow2 "$folder/export.qcow2" 2G
    disks+=(-drive "file=$folder/export.qcow2,if=virtio,cache=unsafe")
  fi
  ip -n $net tuntap add "tap-$1" mode tap
  ip -n $net link set "tap-$1" master bridge up
  : >"$folder/$1.log"
  ip netns exec $net qemu-system-x86_64 -accel "${RIG_ACCEL:-tcg,thread=multi}" -m 768 -display none -monitor none -no-reboot -serial "file:$folder/$1.log" \
    -kernel "$kernel" -initrd "/boot/initrd.img-$release" -append "console=ttyS0 quiet root=/dev/vda rw mitigations=off init=/rig-init rig.role=$2 rig.addresses=$3" \
    "${disks[@]}" -netdev "tap,id=net,ifname=tap-$1,script=no,downscript=no" -device "virtio-net-pci,netdev=net,mac=52:54:00:97:00:$4" \
    </dev/null >/dev/null 2>"$folder/$1.qemu" &
  pids+=($!)
}

up() {
  ip netns add $net
  ip -n $net link set lo up
  ip -n $net link add bridge type bridge
  ip -n $net addr add 10.97.0.1/24 dev bridge
  ip -n $net link set bridge up
  boot server server "$server,$second" 10
  boot one client "${clients[0]}" 11
  boot two client "${clients[1]}" 12
  for _ in $(seq 1 180); do
    [ "$(grep -l RIG-READY "$folder"/{server,one,two}.log | wc -l || true)" = 3 ] && return
    sleep 1
  done
  echo "the VMs aren't ready after three minutes: see $folder/*.log" >&2
  return 1
}

funbric() {
  ip netns exec $net node dist/src/cli/main.js -H "$(IFS=,; echo "${clients[*]}")" -u root -i "$folder/key" --known-hosts "$folder/known_hosts" \
    --reports "$folder/reports" "$@"
}

try() { # protocol profile
  local more=() from="$1://$server,$second/export" status=0 said="$folder/$1-$2.out"
  case $1 in smb*) more=(--mount-credentials "$folder/credentials") ;; esac
  rm -f "$folder/reports/latest"
  funbric runtest --dir /mnt/t --mount "$from" "${more[@]}" --profile "$2" --duration "$duration" --workers 2 --seed 1 >"$said" 2>&1 || status=$?
  tail -n 1 "$said" >&2
  if [ ! -f "$folder/reports/latest/run.json" ]; then
    echo "$1 with $2 made no run: see $said" >&2
    return 1
  fi
  local left
  left=$(funbric --progress quiet -- 'grep -c " /mnt/t " /proc/self/mountinfo; ls -d /mnt/t /run/funbric 2>/dev/null; true' 2>/dev/null | grep -vc '| 0$' || true)
  node scripts/rig-row.js "$folder/reports/latest/run.json" "$1" "$2" "$status" "$left" >"$folder/rows/$1-$2"
}

# The rest of docs/rigs.md is written by people.
tell() {
  local protocol profile
  {
    sed '/^## What the VMs said last/,$d' docs/rigs.md
    echo '## What the VMs said last'
    echo
    echo "Linux $release on both sides, 2 clients with 2 workers each, seed 1."
    echo
    echo '| protocol | profile | on | stress | exit | verdict | operations | a second | errors | chunks verified | findings | left on the clients | negotiated |'
    echo '| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |'
    for protocol in "${protocols[@]}"; do
      for profile in "${profiles[@]}"; do cat "$folder/rows/$protocol-$profile" 2>/dev/null || true; done
    done
  } >"$folder/rigs.md"
  cp "$folder/rigs.md" docs/rigs.md
  npx --no-install oxfmt docs/rigs.md >/dev/null
}

[ -f "$folder/base.img" ] || build
trap down EXIT
trap 'exit 130' INT TERM
up
mkdir -p "$folder/rows"
for word in "${wanted[@]}"; do
  IFS=: read -r protocol profile <<<"$word"
  for each in ${profile:-"${profiles[@]}"}; do
    try "$protocol" "$each"
    tell
  done
done
