#!/bin/sh
{{^pq}}
# Lists a folder:    sh {{file}} /cdr/
# Fetches a file:    sh {{file}} /cdr/FILE
# A blank in a name is written as %20. The exit status is curl's.
{{/pq}}
{{#compat}}
# Needs curl 7.80 or newer with libssh2: `curl -V` shows it, and sftp among the protocols.
{{/compat}}
{{#modern}}
# Needs curl 7.80 or newer with libssh2 1.11.0 or newer: `curl -V` shows both. An older libssh2 (1.10 in
# Debian 12) does not know the algorithms of this server and could not connect; sftp, lftp and rclone can.
new_enough() {
  IFS=.
  set -- $1
  [ "${1:-0}" -gt 1 ] 2>/dev/null || { [ "${1:-0}" -eq 1 ] && [ "${2:-0}" -ge 11 ]; } 2>/dev/null
}
found=$(curl -V | sed -n 's|.*libssh2/\([0-9.]*\).*|\1|p')
if ! (new_enough "$found"); then
  echo "This curl has libssh2 ${found:-not at all}; curl 7.80 with libssh2 1.11.0 or newer is needed. Use sftp, lftp or rclone instead." >&2
  exit 2
fi
{{/modern}}
{{#pq}}
# This server asks for a post-quantum key exchange, of which curl's libssh2 has none.
echo "curl cannot connect to this server: its libssh2 has no post-quantum key exchange. Use sftp of OpenSSH 9.9 or newer." >&2
exit 2
{{/pq}}
{{^pq}}
path=${1:-{{start}}}
case $path in
*/) exec {{command}} "{{url}}$path" ;;
*) exec {{command}} -O "{{url}}$path" ;;
esac
{{/pq}}
