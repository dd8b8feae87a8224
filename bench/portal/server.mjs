// The portal under measure: started, timed, signed in to, asked what it costs the processor and the memory.
import { spawn } from "node:child_process";
import { readFileSync, openSync } from "node:fs";
import https from "node:https";
import { join } from "node:path";

const TICK = 100; // per second: what /proc counts in

export class Portal {
  constructor(binary, folder, log) {
    this.folder = folder;
    this.port = Number(readFileSync(join(folder, "bench.toml"), "utf8").match(/^port = (\d+)/m)[1]);
    this.args = [binary, ["--config", join(folder, "bench.toml"), "serve"]];
    this.log = log;
  }

  // Milliseconds until /healthz answers over TLS.
  async start() {
    const from = performance.now();
    this.child = spawn(...this.args, { stdio: ["ignore", "ignore", openSync(this.log, "a")] });
    this.gone = new Promise((resolve) => this.child.once("exit", resolve));
    for (;;) {
      if (this.child.exitCode !== null) throw new Error(`the portal did not start: ${this.log}`);
      try {
        if ((await this.get("/healthz")).status === 200) return performance.now() - from;
      } catch {
        await new Promise((resolve) => setTimeout(resolve, 2));
      }
    }
  }

  async stop() {
    this.child.kill("SIGTERM");
    await this.gone;
  }

  get(path, headers = {}, { method = "GET", body } = {}) {
    return new Promise((resolve, reject) => {
      const request = https.request(
        { host: "127.0.0.1", port: this.port, path, method, headers, rejectUnauthorized: false, agent: false },
        (answer) => {
          let bytes = 0;
          let lines = 0;
          answer.on("data", (piece) => {
            bytes += piece.length;
            for (let at = piece.indexOf(10); at >= 0; at = piece.indexOf(10, at + 1)) ++lines;
          });
          answer.on("end", () => resolve({ status: answer.statusCode, headers: answer.headers, bytes, lines }));
          answer.on("error", reject);
        },
      );
      request.on("error", reject);
      request.end(body);
    });
  }

  // The cookie of a person of that role.
  async sign_in(role) {
    const { accounts } = JSON.parse(readFileSync(join(this.folder, "demonstration.json"), "utf8"));
    const { email, password } = accounts.find((one) => one.role === role);
    const body = new URLSearchParams({ email, password, csrf: "visiteur" }).toString();
    const headers = {
      "content-type": "application/x-www-form-urlencoded",
      "content-length": Buffer.byteLength(body),
      origin: `https://127.0.0.1:${this.port}`,
    };
    const answer = await this.get("/connexion", headers, { method: "POST", body });
    const cookies = answer.headers["set-cookie"] ?? [];
    if (answer.status !== 303 || cookies.length === 0) throw new Error(`signing in: ${answer.status}`);
    return cookies.map((cookie) => cookie.split(";")[0]).join("; ");
  }

  // Seconds of processor so far, user and system.
  processor() {
    const fields = readFileSync(`/proc/${this.child.pid}/stat`, "utf8").split(") ")[1].split(" ");
    return (Number(fields[11]) + Number(fields[12])) / TICK;
  }

  // In MB. `own`: what only this process has; `file`: pages of files, which the system may take back.
  memory() {
    const status = readFileSync(`/proc/${this.child.pid}/status`, "utf8");
    const of = (name) => Number(status.match(new RegExp(`^${name}:\\s+(\\d+)`, "m"))[1]) / 1024;
    return { rss: of("VmRSS"), own: of("RssAnon"), file: of("RssFile"), peak: of("VmHWM") };
  }
}
