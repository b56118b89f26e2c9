#!/usr/bin/env bash
# A microphone and a loudspeaker without hardware: PulseAudio with two null sinks.
#
#   virtual_microphone.sh start DIR [RATE]   start it in the folder DIR, at 16 kHz or RATE, print its PULSE_SERVER
#   virtual_microphone.sh stop DIR           end what start began, by process id
#
# With that PULSE_SERVER, what is played into the sink mic_in (paplay --device=mic_in speech.wav) is
# what the default microphone hears, and what a program plays arrives at the source spk.monitor.
# DIR must be short: a socket's path has about 100 characters.
# Needs libportaudio2, pulseaudio, pulseaudio-utils and libasound2-plugins.
set -eu

action=$1
dir=$2
rate=${3:-16000}
socket=unix:$dir/run/native

start() {
    mkdir -p -m 700 "$dir/run" "$dir/home"
    cat >"$dir/pulse.pa" <<PA
load-module module-native-protocol-unix auth-anonymous=1 socket=$dir/run/native
load-module module-null-sink sink_name=spk rate=$rate channels=1
load-module module-null-sink sink_name=mic_in rate=$rate channels=1
load-module module-remap-source source_name=mic master=mic_in.monitor
set-default-sink spk
set-default-source mic
PA
    HOME=$dir/home XDG_RUNTIME_DIR=$dir/run pulseaudio -n -F "$dir/pulse.pa" --daemonize=no \
        --exit-idle-time=-1 --use-pid-file=no --disable-shm=yes </dev/null >"$dir/log" 2>&1 &
    echo $! >"$dir/pids"
    export PULSE_SERVER=$socket
    for _ in $(seq 200); do
        if pactl info >"$dir/info" 2>&1; then
            # A listener on each source keeps it running at low latency: without them a program
            # waits up to two seconds for its stream.
            for source in mic spk.monitor; do
                parec --latency-msec=20 --device=$source </dev/null >/dev/null 2>>"$dir/log" &
                echo $! >>"$dir/pids"
            done
            flowing=()
            for source in mic spk.monitor; do
                timeout 10 parec --latency-msec=20 --device=$source 2>>"$dir/log" | head -c 1 >/dev/null &
                flowing+=($!)
            done
            wait "${flowing[@]}"
            echo "$PULSE_SERVER"
            return
        fi
        sleep 0.05
    done
    echo "PulseAudio did not start; its last words:" >&2
    tail -n 5 "$dir/info" "$dir/log" >&2
    stop
    exit 1
}

stop() {
    [ -f "$dir/pids" ] || return 0
    # Nothing here is worth the second that PulseAudio takes to end in peace.
    xargs kill -KILL <"$dir/pids" 2>/dev/null || true
    rm -f "$dir/pids"
}

case $action in
start | stop) "$action" ;;
*)
    echo "usage: $0 start|stop DIR [RATE]" >&2
    exit 2
    ;;
esac
