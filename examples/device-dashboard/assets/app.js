// The page's side of the dashboard: shows what the device sends over its WebSocket, sends what the
// user sets, and connects again when the connection is lost.
"use strict";

const element = (id) => document.getElementById(id);

// The device speaks each second. After so long it is gone, whatever the system says.
const SILENCE_MS = 5000;
// Between tries to connect: from the first to the last, twice as long each time.
const FIRST_RETRY_MS = 500;
const LAST_RETRY_MS = 8000;
// At most one message in this time while the slider moves.
const SEND_MS = 50;
// For so long after the user has touched the slider, it does not follow the device.
const TOUCHED_MS = 400;
const TREND_POINTS = 60;

// The figures of the last minute, and the line that they are drawn as.
class Trend {
  constructor(id) {
    this.values = [];
    this.area = document.querySelector(`#${id} .area`);
    this.line = document.querySelector(`#${id} .line`);
  }

  add(value) {
    this.values.push(value);
    this.values.splice(0, this.values.length - TREND_POINTS);
    this.draw();
  }

  range() {
    return [Math.min(...this.values), Math.max(...this.values)];
  }

  draw() {
    const [low, high] = this.range();
    const span = high - low;
    const start = TREND_POINTS - this.values.length;
    const points = this.values.map((value, index) => {
      const y = span > 0 ? 18 - ((value - low) / span) * 16 : 10;
      return `${((start + index) * 60) / (TREND_POINTS - 1)} ${y.toFixed(2)}`;
    });
    const first = (start * 60) / (TREND_POINTS - 1);
    this.line.setAttribute("d", `M${points.join("L")}`);
    this.area.setAttribute("d", `M${first} 20L${points.join("L")}V20Z`);
  }
}

function uptimeText(seconds) {
  const whole = Math.floor(seconds);
  const days = Math.floor(whole / 86400);
  const clock = [(whole / 3600) % 24, (whole / 60) % 60, whole % 60]
    .map((part) => String(Math.floor(part)).padStart(2, "0"))
    .join(":");
  return days > 0 ? `${days} d ${clock}` : clock;
}

function bytesText(bytes) {
  if (bytes < 1024) {
    return `${bytes} B`;
  }
  return bytes < 1024 * 1024
    ? `${(bytes / 1024).toFixed(1)} KiB`
    : `${(bytes / 1024 / 1024).toFixed(2)} MiB`;
}

const slider = element("value");
const buttons = document.querySelectorAll("button[data-value]");
const heapTrend = new Trend("heap-trend");
const connectionsTrend = new Trend("connections-trend");
let touched = -TOUCHED_MS;
let sending = 0; // a timer, while a value of the user's waits to be sent

function showValue(value) {
  element("level").textContent = `${value} %`;
  slider.setAttribute("aria-valuetext", `${value} percent`);
  // Light is seen in proportion to its logarithm, more or less.
  element("lamp").style.setProperty("--level", Math.sqrt(value / 100));
}

function showStatus(status) {
  element("uptime").textContent = uptimeText(status.uptime);
  element("since").textContent =
    `since ${new Date(Date.now() - status.uptime * 1000).toLocaleString([], {
      dateStyle: "medium",
      timeStyle: "short",
    })}`;
  element("connections").textContent = status.connections;
  element("viewers").textContent = status.viewers;
  element("requests").textContent = status.requests;
  if (status.heap !== null) {
    element("heap").textContent = bytesText(status.heap);
  } else {
    element("heap").textContent = "not known";
  }
  if (sending === 0 && performance.now() - touched > TOUCHED_MS) {
    slider.value = status.value;
    showValue(status.value);
  }
}

// One point a second: messages that tell of a new value come in between.
let lastPoint = -1;

function showTrends(status) {
  const second = Math.floor(status.uptime);
  if (second === lastPoint) {
    return;
  }
  lastPoint = second;
  connectionsTrend.add(status.connections);
  if (status.heap !== null) {
    heapTrend.add(status.heap);
    const [low, high] = heapTrend.range();
    element("heap-range").textContent =
      low === high ? "steady" : `${bytesText(low)} to ${bytesText(high)}`;
  }
}

const states = {
  connecting: "Connecting",
  live: "Live",
  lost: "Disconnected, trying again",
};

function setState(state) {
  document.body.dataset.state = state;
  element("state").textContent = states[state];
  slider.disabled = state !== "live";
  buttons.forEach((button) => {
    button.disabled = state !== "live";
  });
}

let socket = null;
let watchdog = 0;
let retry = 0;
let delay = FIRST_RETRY_MS;

function lost() {
  clearTimeout(watchdog);
  clearTimeout(retry);
  if (socket !== null) {
    socket.onmessage = socket.onclose = null;
    socket.close();
    socket = null;
  }
  setState("lost");
  // Not all pages at the same moment.
  retry = setTimeout(connect, delay * (1 + Math.random() / 4));
  delay = Math.min(delay * 2, LAST_RETRY_MS);
}

function expectMessage() {
  clearTimeout(watchdog);
  watchdog = setTimeout(lost, SILENCE_MS);
}

function connect() {
  clearTimeout(retry);
  const scheme = location.protocol === "https:" ? "wss:" : "ws:";
  socket = new WebSocket(`${scheme}//${location.host}/live`);
  socket.onclose = lost;
  socket.onmessage = (message) => {
    const status = JSON.parse(message.data);
    expectMessage();
    if (status.error) {
      return;
    }
    delay = FIRST_RETRY_MS;
    setState("live");
    showStatus(status);
    showTrends(status);
  };
  expectMessage();
}

function sendValue() {
  sending = 0;
  touched = performance.now();
  if (socket !== null && socket.readyState === WebSocket.OPEN) {
    socket.send(JSON.stringify({ value: Number(slider.value) }));
  }
}

function setValue() {
  touched = performance.now();
  showValue(slider.value);
  if (sending === 0) {
    sending = setTimeout(sendValue, SEND_MS);
  }
}

slider.addEventListener("input", setValue);
buttons.forEach((button) =>
  button.addEventListener("click", () => {
    slider.value = button.dataset.value;
    setValue();
  }),
);

// Somebody looks again: no need to wait for the next try.
document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "visible" && socket === null) {
    delay = FIRST_RETRY_MS;
    connect();
  }
});

connect();
