#!/bin/sh
# Starts the Chromium that CHROMIUM names. With each new window Chromium makes the pages of its own address bar, which nobody sees here and which takes more
# of the processor than the page that is looked at; they are left out, beside what else is left out already (the last such list counts).
for given; do
  shift
  case $given in
    --disable-features=*) given=$given,WebUIOmniboxPopup,WebUIOmniboxAimPopup ;;
  esac
  set -- "$@" "$given"
done
exec "$CHROMIUM" "$@"
