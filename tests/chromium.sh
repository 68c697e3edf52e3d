#!/bin/sh
# The Chromium that $CHROMIUM names, without what its own window would load beside each page: the
# address bar's pop-ups are pages themselves, and take more time than the pages that are tested.
# Chromium heeds the last list of features alone, so ours are added to the one that is given.
for argument; do
    case $argument in
        --disable-features=*)
            argument="$argument,WebUIOmniboxPopup,WebUIOmniboxAimPopup,WebUIOmniboxFullPopup" ;;
    esac
    set -- "$@" "$argument"
    shift
done
exec "$CHROMIUM" "$@"
