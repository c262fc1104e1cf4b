#!/bin/sh
# Lists a folder:    sh {{file}} /cdr/
# Fetches a file:    sh {{file}} /cdr/FILE
# A blank in a name is written as %20. The exit status is curl's.
# At a terminal curl asks for the password. A job has it in ~/.netrc, which only its user may read (chmod 600):
#   machine {{netrcHost}} login {{urlUser}} password ...
{{#hasRoot}}
# {{root}} lies beside this file.
here=$(dirname -- "$0")
{{/hasRoot}}
path=${1:-{{start}}}
url={{host}}/%2F${path#/}
if [ -t 0 ]; then
  set -- --user {{user}} "{{scheme}}://$url"
else
  set -- --netrc "{{scheme}}://{{urlUser}}@$url"
fi
case $path in
*/) ;;
*) set -- -O "$@" ;;
esac
exec curl --ssl-reqd{{#hasRoot}} --cacert "$here/{{root}}"{{/hasRoot}} "$@"
