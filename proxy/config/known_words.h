// The words that a configuration may show because everybody uses them: subcommands, modes, levels,
// protocols, parts of paths; and those that are said of every server. Data.
#pragma once
#include <array>
#include <string_view>

namespace proxy::config {

// clang-format off
// In order, in small letters.
inline constexpr std::array<std::string_view, 559> kKnownWords{
    "a", "accept", "account", "accounts", "active", "add", "address", "ads", "agent", "agents",
    "alias", "all", "allow", "always", "analytics", "any", "api", "app", "application", "apps",
    "args", "array", "asc", "async", "auth", "authorization", "auto", "aws", "azure", "backend",
    "bash", "basic", "batch", "bearer", "beta", "bin", "bind", "bool", "branch", "brave", "browser",
    "build", "bun", "bunx", "by", "cache", "calendar", "call", "callback", "cancelled", "chat",
    "check", "chrome", "chromium", "cli", "client", "clients", "cloud", "cluster", "clusters",
    "cmd", "code", "color", "completion", "completions", "config", "configuration", "configure",
    "confluence", "connect", "console", "container", "content", "context", "controller", "core",
    "count", "create", "cron", "csv", "cwd", "dashboard", "data", "database", "date", "db", "debug",
    "default", "delete", "deno", "deny", "desc", "desktop", "dev", "development", "dir",
    "directory", "disable", "disabled", "dist", "dlx", "docker", "docs", "document", "documents",
    "domain", "download", "drive", "dry", "dump", "east", "edge", "elicitation", "email", "enable",
    "enabled", "encoding", "endpoint", "ensure", "entrypoint", "env", "environment", "error",
    "errors", "eu", "europe", "events", "excel", "exec", "experimental", "export", "extension",
    "extensions", "false", "feature", "features", "fetch", "file", "files", "filesystem", "filter",
    "finance", "firefox", "first", "folder", "force", "format", "from", "frontend", "full",
    "function", "functions", "gcp", "generate", "get", "git", "github", "gitlab", "global", "gmail",
    "go", "google", "graph", "graphql", "group", "groups", "grpc", "gui", "handshake", "headers",
    "headless", "health", "help", "helper", "high", "home", "host", "hostname", "hosts", "html",
    "http", "https", "hub", "id", "ids", "image", "images", "import", "in", "inbound", "include",
    "index", "info", "init", "initialize", "initialized", "input", "insecure", "inspect", "install",
    "instance", "integration", "interactive", "interval", "io", "isolated", "issue", "issues",
    "jar", "java", "javascript", "jira", "job", "jobs", "json", "jsonl", "keep", "keys", "kind",
    "kubernetes", "lang", "language", "last", "lat", "latest", "legacy", "len", "level", "lib",
    "library", "limit", "limits", "line", "linear", "lines", "lint", "linux", "list", "listen",
    "live", "load", "local", "localhost", "log", "logfile", "logger", "logging", "login",
    "loglevel", "logout", "logs", "low", "mail", "main", "management", "manager", "map", "maps",
    "markdown", "max", "mcp", "md", "medium", "memory", "message", "messages", "method", "metrics",
    "microsoft", "min", "mode", "model", "module", "modules", "mongodb", "monitor", "ms", "mysql",
    "name", "names", "namespace", "native", "net", "network", "never", "next", "no", "node", "none",
    "normal", "north", "notes", "notification", "notifications", "notion", "npm", "npx", "null",
    "number", "oauth", "object", "off", "office", "offline", "ok", "on", "only", "open", "openapi",
    "openid", "operator", "options", "orders", "org", "organization", "origin", "out", "output",
    "overwrite", "owner", "package", "packages", "packs", "page", "pages", "parallel", "path",
    "paths", "payload", "pdf", "permission", "permissions", "ping", "pip", "pipx", "plain",
    "playwright", "plugin", "plugins", "pnpm", "policy", "port", "ports", "post", "postgres",
    "postgresql", "power", "powerpoint", "powershell", "prefix", "pretty", "preview", "private",
    "process", "processor", "prod", "production", "profile", "progress", "project", "projects",
    "prompt", "prompts", "protocol", "provider", "proxy", "public", "pull", "puppeteer", "push",
    "python", "query", "queue", "quiet", "raw", "react", "read", "reader", "readonly", "readwrite",
    "redis", "referer", "region", "registry", "release", "remote", "remove", "repo", "repos",
    "repository", "request", "requests", "resource", "resources", "response", "rest", "result",
    "results", "retries", "retry", "return", "role", "roots", "route", "router", "rpc", "run",
    "runner", "runtime", "sampling", "sandbox", "scope", "screenshot", "script", "scripts",
    "search", "secure", "select", "selenium", "sentry", "serve", "server", "servers", "service",
    "services", "session", "set", "setup", "sheets", "shell", "show", "silent", "simple", "site",
    "size", "slack", "slides", "slow", "socket", "source", "south", "space", "sql", "sqlite", "src",
    "sse", "ssh", "ssl", "stable", "staging", "start", "static", "stats", "status", "stderr",
    "stdin", "stdio", "stdout", "stop", "storage", "store", "stream", "streamable", "strict",
    "string", "stripe", "style", "supabase", "sync", "system", "table", "tables", "tag", "tags",
    "target", "task", "tasks", "team", "temp", "template", "templates", "terraform", "test",
    "tests", "text", "theme", "time", "timeout", "title", "tls", "tmp", "to", "tool", "tools",
    "toolset", "toolsets", "trace", "transport", "tree", "true", "trunk", "tsx", "type", "ui",
    "unit", "unsafe", "update", "upload", "uri", "url", "us", "usage", "user", "username", "users",
    "utf", "utils", "uv", "uvx", "value", "values", "var", "verbose", "verify", "version", "view",
    "viewer", "vision", "volume", "wait", "warn", "warning", "watch", "weather", "web", "webhook",
    "webhooks", "west", "windows", "with", "word", "workdir", "worker", "workspace", "workspaces",
    "wrap", "wrapper", "write", "writer", "ws", "www", "x", "xml", "yaml", "yarn", "yes", "yml",
    "zip", "zone",
};
// Not shown, for they may be the password itself; but no text could do without them.
inline constexpr std::array<std::string_view, 42> kEverydayWords{
    "admin", "answer", "answered", "answering", "began", "command", "connection", "credential",
    "credentials", "ended", "executed", "exist", "exists", "exit", "exited", "failed", "failure",
    "failures", "found", "guest", "key", "killed", "lost", "passwd", "password", "passwords",
    "program", "refused", "root", "secret", "secrets", "signal", "started", "starting", "stopped",
    "timed", "token", "tokens", "variable", "within", "working", "written",
};
// clang-format on

}  // namespace proxy::config
