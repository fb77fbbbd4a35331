import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "../e2e/instance.ts";
import { findProgram, startServer } from "./child.ts";

/**
 * A proxy program of Debian with its default configuration. The configuration here sets the port, the server behind
 * the proxy and the folders of the proxy's files, and repeats the settings of Debian's configuration file. It sets
 * nothing about buffering, timeouts or events. Reverse proxies keep the Host header, which the app needs to recognise
 * requests from its own pages.
 */
export interface InstalledProxy {
	name: string;
	/** Name of the proxy program that must be installed. */
	program: string;
	/** Whether the program is a forward proxy, which the browser is configured to use, and not a reverse proxy. */
	isForward: boolean;
	/**
	 * @returns the text of the configuration file, and the command that runs the proxy in the foreground with that
	 * file.
	 */
	configure(place: ProxyPaths): { config: string; command: string[]; env?: Record<string, string> };
}

/** Ports and paths for one run of a proxy. `config` is the path to which the configuration file will be written. */
type ProxyPaths = { port: number; backendPort: number; folder: string; config: string; program: string };

const isRoot = process.getuid?.() === 0;

export const INSTALLED_PROXIES: InstalledProxy[] = [
	{
		name: "nginx",
		program: "nginx",
		isForward: false,
		configure: ({ port, backendPort, folder, config, program }) => ({
			config: `
				daemon off;
				${isRoot ? "user www-data;" : ""}
				worker_processes auto;
				pid ${folder}/nginx.pid;
				error_log ${folder}/error.log;
				events { worker_connections 768; }
				http {
					sendfile on;
					tcp_nopush on;
					gzip on;
					access_log off;
					client_body_temp_path ${folder}/body;
					proxy_temp_path ${folder}/proxy;
					fastcgi_temp_path ${folder}/fastcgi;
					uwsgi_temp_path ${folder}/uwsgi;
					scgi_temp_path ${folder}/scgi;
					server {
						listen 127.0.0.1:${port};
						location / {
							proxy_pass http://127.0.0.1:${backendPort};
							proxy_set_header Host $http_host;
						}
					}
				}`,
			command: [program, "-p", folder, "-c", config, "-e", `${folder}/error.log`],
		}),
	},
	{
		name: "haproxy",
		program: "haproxy",
		isForward: false,
		configure: ({ port, backendPort, config, program }) => ({
			config: `
				defaults
					mode http
					option dontlognull
					timeout connect 5000
					timeout client  50000
					timeout server  50000
				listen shop
					bind 127.0.0.1:${port}
					server app 127.0.0.1:${backendPort}`,
			command: [program, "-db", "-f", config],
		}),
	},
	{
		name: "lighttpd",
		program: "lighttpd",
		isForward: false,
		configure: ({ port, backendPort, folder, config, program }) => ({
			config: `
				server.modules = ( "mod_proxy" )
				server.bind = "127.0.0.1"
				server.port = ${port}
				server.document-root = "${folder}"
				server.upload-dirs = ( "${folder}" )
				server.errorlog = "${folder}/error.log"
				server.pid-file = "${folder}/lighttpd.pid"
				${isRoot ? 'server.username = "www-data"\nserver.groupname = "www-data"' : ""}
				server.feature-flags += ("server.h2proto" => "enable")
				server.feature-flags += ("server.h2c" => "enable")
				proxy.server = ( "" => ( ( "host" => "127.0.0.1", "port" => ${backendPort} ) ) )`,
			command: [program, "-D", "-f", config],
		}),
	},
	{
		name: "apache",
		program: "apache2",
		isForward: false,
		configure: ({ port, backendPort, folder, config, program }) => ({
			config: `
				ServerRoot /etc/apache2
				ServerName 127.0.0.1
				Listen 127.0.0.1:${port}
				DefaultRuntimeDir ${folder}
				PidFile ${folder}/apache.pid
				ErrorLog ${folder}/error.log
				${isRoot ? "User www-data\nGroup www-data" : ""}
				Timeout 300
				KeepAlive On
				MaxKeepAliveRequests 100
				KeepAliveTimeout 5
				IncludeOptional mods-enabled/*.load
				LoadModule proxy_module /usr/lib/apache2/modules/mod_proxy.so
				LoadModule proxy_http_module /usr/lib/apache2/modules/mod_proxy_http.so
				IncludeOptional mods-enabled/*.conf
				ProxyPreserveHost On
				ProxyPass / http://127.0.0.1:${backendPort}/`,
			command: [program, "-f", config, "-DFOREGROUND"],
			env: { APACHE_RUN_DIR: folder, APACHE_LOG_DIR: folder, APACHE_LOCK_DIR: folder },
		}),
	},
	{
		name: "squid, reverse",
		program: "squid",
		isForward: false,
		configure: (place) => ({
			config: `
				http_port 127.0.0.1:${place.port} accel vhost
				cache_peer 127.0.0.1 parent ${place.backendPort} 0 no-query originserver
				never_direct allow all
				http_access allow localhost
				${squidFiles(place)}`,
			command: squidCommand(place),
		}),
	},
	{
		name: "squid, forward",
		program: "squid",
		isForward: true,
		configure: (place) => ({
			config: `
				http_port 127.0.0.1:${place.port}
				http_access allow localhost
				http_access deny all
				${squidFiles(place)}`,
			command: squidCommand(place),
		}),
	},
	{
		name: "privoxy, forward",
		program: "privoxy",
		isForward: true,
		configure: ({ port, folder, config, program }) => ({
			config: `
				confdir /etc/privoxy
				logdir ${folder}
				logfile privoxy.log
				actionsfile match-all.action
				actionsfile default.action
				filterfile default.filter
				listen-address 127.0.0.1:${port}
				toggle 1
				buffer-limit 4096
				keep-alive-timeout 5
				tolerate-pipelining 1
				socket-timeout 300`,
			command: [program, "--no-daemon", config],
		}),
	},
];

const squidFiles = ({ folder }: ProxyPaths) => `
	coredump_dir ${folder}
	pid_filename ${folder}/squid.pid
	cache_log ${folder}/cache.log
	access_log none
	shutdown_lifetime 1 seconds
	${isRoot ? "cache_effective_user proxy" : ""}
	refresh_pattern -i (/cgi-bin/|\\?) 0 0% 0
	refresh_pattern . 0 20% 4320`;

/**
 * The command that starts the proxy squid with an own service name, so that its shared memory is separate from that
 * of other squid processes.
 */
const squidCommand = ({ program, config, port }: ProxyPaths) => [
	program,
	"-N",
	"-n",
	`mevi${port}`,
	"-f",
	config,
];

/**
 * Starts a proxy on a free port of 127.0.0.1 with its own folder. A forward proxy does not use `backendPort`.
 * @returns null when the proxy program is not installed.
 * @throws when the proxy does not start; the error's message contains the proxy's output.
 */
export async function startInstalledProxy(
	proxy: InstalledProxy,
	backendPort: number,
): Promise<{ port: number; stop(): Promise<void> } | null> {
	const program = findProgram(proxy.program);
	if (!program) return null;
	const folder = mkdtempSync(join(tmpdir(), `mevi-${proxy.program}-`));
	// The folder is writable for all users, because a proxy that root starts writes its files as another user.
	chmodSync(folder, 0o777);
	const place: ProxyPaths = {
		port: await freePort(),
		backendPort,
		folder,
		config: join(folder, "proxy.conf"),
		program,
	};
	const { config, command, env } = proxy.configure(place);
	writeFileSync(place.config, `${config.replace(/^[\t ]+/gm, "").trim()}\n`);
	const remove = () => rmSync(folder, { recursive: true, force: true });
	try {
		const end = await startServer({ command, port: place.port, env });
		return {
			port: place.port,
			stop: () => end().finally(remove),
		};
	} catch (error) {
		remove();
		throw error;
	}
}
