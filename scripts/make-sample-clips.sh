#!/bin/sh
# Makes the sample library in examples/clips/ from ffmpeg's test sources: small silent
# clips in all nine formats that the vendor takes, within its limits (15-60 FPS, 360p-1080p).
# Needs ffmpeg with libx264. The same ffmpeg makes the same bytes.
set -eu
out="$(dirname "$0")/../examples/clips"
mkdir -p "$out"

# make FILE SOURCE SECONDS ENCODING...
make() {
  file=$1 source=$2 seconds=$3
  shift 3
  ffmpeg -hide_banner -loglevel error -y -f lavfi -i "$source" -t "$seconds" -an -map_metadata -1 \
    -fflags +bitexact -flags:v +bitexact -threads 1 -pix_fmt yuv420p "$@" "$out/$file"
}

x264="-c:v libx264 -preset veryslow -crf 36"
make sunrise.mp4 "gradients=s=640x360:r=24:c0=orange:c1=navy:x0=0:y0=0:x1=640:y1=360:seed=1:speed=0.02" 3 $x264 -movflags +faststart
make vertical-story.mp4 "testsrc2=s=360x640:r=30" 2 $x264 -crf 40
make fractal-dive.mov "mandelbrot=s=640x360:r=15:maxiter=200:end_scale=0.5" 2 $x264 -crf 42
make arcade.avi "cellauto=s=640x360:r=15:rule=18:seed=3" 1 -c:v mpeg4 -q:v 31 -g 300
make title-card.m4v "smptehdbars=s=854x480:r=25" 3 $x264
make rain-window.mkv "life=s=320x180:r=20:mold=10:seed=7:ratio=0.06:death_color=#203040:life_color=#a0c0e0,scale=640:360:flags=neighbor" 1.5 $x264 -crf 44
make news-open.ts "testsrc2=s=640x360:r=25" 1.5 $x264 -crf 40 -bf 0 -x264-params force-cfr=1
make retro-ad.flv "smptebars=s=640x360:r=30" 2 -c:v flv -q:v 20 -g 300
make harbour.mpg "gradients=s=640x360:r=25:c0=teal:c1=white:seed=4:speed=0.03" 2 -c:v mpeg1video -q:v 20 -g 300
make parade.mpeg "rgbtestsrc=s=640x480:r=30" 2 -c:v mpeg2video -q:v 20 -g 300 -f vob

du -ch "$out"/* | tail -n 1
