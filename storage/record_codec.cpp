#include "storage/record_codec.h"

#include <fmt/format.h>

#include "storage/errors.h"

namespace storage {
namespace {

// Every value starts with the version of its own layout.
constexpr std::uint8_t kVersion = 1;

ByteWriter versioned() {
  ByteWriter out;
  out.u8(kVersion);
  return out;
}

// Reads the version, then the fields with `read`, and accepts no byte more.
template <class Record, class Read>
base::Result<Record> decode_with(std::string_view what, std::string_view bytes, Read read) {
  ByteReader in(bytes);
  const std::uint8_t version = in.u8();
  if (version > kVersion) return too_new(fmt::format("a {} record of version {}", what, version));
  if (version != kVersion) return damaged(fmt::format("a {} record has no version", what));
  Record record;
  read(in, record);
  if (!in.finished()) return damaged(fmt::format("a {} record does not read", what));
  return record;
}

void write_failure(ByteWriter& out, const ServerFailure& failure) {
  out.text(failure.kind);
  out.text(failure.code);
  out.integer(failure.detail);
  out.text(failure.message);
  out.text(failure.remedy);
  out.texts(failure.stderr_tail);
}

ServerFailure read_failure(ByteReader& in) {
  ServerFailure failure;
  failure.kind = in.text();
  failure.code = in.text();
  failure.detail = in.integer();
  failure.message = in.text();
  failure.remedy = in.text();
  failure.stderr_tail = in.texts();
  return failure;
}

void write_list(ByteWriter& out, const StoredList& list) {
  out.number(list.items);
  out.boolean(list.truncated);
  out.texts(list.pages);
}

StoredList read_list(ByteReader& in) {
  StoredList list;
  list.items = in.number32();
  list.truncated = in.boolean();
  list.pages = in.texts();
  return list;
}

}  // namespace

std::string encode(const MetaRecord& record) {
  ByteWriter out = versioned();
  out.number(record.event_epoch);
  out.boolean(record.clean_shutdown);
  return out.take();
}

template <>
base::Result<MetaRecord> decode(std::string_view bytes) {
  return decode_with<MetaRecord>("meta", bytes, [](ByteReader& in, MetaRecord& record) {
    record.event_epoch = in.number();
    record.clean_shutdown = in.boolean();
  });
}

std::string encode(const JournalRecord& record) {
  ByteWriter out = versioned();
  out.number(record.revision);
  out.time(record.at);
  out.hash(record.old_hash);
  out.hash(record.new_hash);
  out.text(record.new_text);
  out.boolean(record.done);
  return out.take();
}

template <>
base::Result<JournalRecord> decode(std::string_view bytes) {
  return decode_with<JournalRecord>("journal", bytes, [](ByteReader& in, JournalRecord& record) {
    record.revision = in.number();
    record.at = in.time();
    record.old_hash = in.hash();
    record.new_hash = in.hash();
    record.new_text = in.text();
    record.done = in.boolean();
  });
}

std::string encode(const ServerRecord& record) {
  ByteWriter out = versioned();
  out.text(record.name);
  out.u64(record.config_hash);
  out.boolean(record.known_good);
  out.boolean(record.package_ready);
  out.boolean(record.asks_client);
  out.time(record.last_ready_at);
  out.time(record.last_used_at);
  out.number(record.consecutive_failures);
  out.boolean(record.auto_disabled.has_value());
  if (record.auto_disabled) {
    out.text(record.auto_disabled->reason);
    out.time(record.auto_disabled->at);
  }
  out.boolean(record.last_failure.has_value());
  if (record.last_failure) write_failure(out, *record.last_failure);
  out.time(record.last_failure_at);
  out.number(record.counters.starts);
  out.number(record.counters.failures);
  out.number(record.counters.calls);
  out.number(record.counters.calls_failed);
  out.number(record.tool_count);
  out.text(record.era);
  return out.take();
}

template <>
base::Result<ServerRecord> decode(std::string_view bytes) {
  return decode_with<ServerRecord>("server", bytes, [](ByteReader& in, ServerRecord& record) {
    record.name = in.text();
    record.config_hash = in.u64();
    record.known_good = in.boolean();
    record.package_ready = in.boolean();
    record.asks_client = in.boolean();
    record.last_ready_at = in.optional_time();
    record.last_used_at = in.optional_time();
    record.consecutive_failures = in.number32();
    if (in.boolean()) {
      ServerRecord::AutoDisabled disabled;
      disabled.reason = in.text();
      disabled.at = in.time();
      record.auto_disabled = std::move(disabled);
    }
    if (in.boolean()) record.last_failure = read_failure(in);
    record.last_failure_at = in.optional_time();
    record.counters.starts = in.number();
    record.counters.failures = in.number();
    record.counters.calls = in.number();
    record.counters.calls_failed = in.number();
    record.tool_count = in.number32();
    record.era = in.text();
  });
}

std::string encode(const CatalogRecord& record) {
  ByteWriter out = versioned();
  out.text(record.server);
  out.number(record.generation);
  out.time(record.listed_at);
  out.u64(record.config_hash);
  out.text(record.protocol_version);
  out.text(record.server_title);
  out.text(record.server_version);
  out.text(record.instructions);
  out.text(record.capabilities);
  out.text(record.implementation);
  write_list(out, record.tools);
  write_list(out, record.prompts);
  write_list(out, record.resources);
  write_list(out, record.templates);
  out.number(record.tool_hashes.size());
  for (const ToolHash& hash : record.tool_hashes) {
    out.text(hash.tool);
    out.hash(hash.definition);
  }
  return out.take();
}

template <>
base::Result<CatalogRecord> decode(std::string_view bytes) {
  return decode_with<CatalogRecord>("catalog", bytes, [](ByteReader& in, CatalogRecord& record) {
    record.server = in.text();
    record.generation = in.number();
    record.listed_at = in.time();
    record.config_hash = in.u64();
    record.protocol_version = in.text();
    record.server_title = in.text();
    record.server_version = in.text();
    record.instructions = in.text();
    record.capabilities = in.text();
    record.implementation = in.text();
    record.tools = read_list(in);
    record.prompts = read_list(in);
    record.resources = read_list(in);
    record.templates = read_list(in);
    record.tool_hashes.resize(in.count(1 + sizeof(Hash)));
    for (ToolHash& hash : record.tool_hashes) {
      hash.tool = in.text();
      hash.definition = in.hash();
    }
  });
}

std::string encode(const ApprovalRecord& record) {
  ByteWriter out = versioned();
  out.text(record.server);
  out.text(record.tool);
  out.hash(record.definition);
  out.time(record.at);
  out.text(record.actor);
  return out.take();
}

template <>
base::Result<ApprovalRecord> decode(std::string_view bytes) {
  return decode_with<ApprovalRecord>("approval", bytes, [](ByteReader& in, ApprovalRecord& record) {
    record.server = in.text();
    record.tool = in.text();
    record.definition = in.hash();
    record.at = in.time();
    record.actor = in.text();
  });
}

std::string encode(const GroupRecord& record) {
  ByteWriter out = versioned();
  out.text(record.name);
  out.text(record.action);
  out.time(record.at);
  out.text(record.actor);
  out.number(record.failed.size());
  for (const GroupRecord::Failure& failure : record.failed) {
    out.text(failure.server);
    out.text(failure.error);
  }
  return out.take();
}

template <>
base::Result<GroupRecord> decode(std::string_view bytes) {
  return decode_with<GroupRecord>("group", bytes, [](ByteReader& in, GroupRecord& record) {
    record.name = in.text();
    record.action = in.text();
    record.at = in.time();
    record.actor = in.text();
    record.failed.resize(in.count(2));
    for (GroupRecord::Failure& failure : record.failed) {
      failure.server = in.text();
      failure.error = in.text();
    }
  });
}

std::string encode(const ToolUsesRecord& record) {
  ByteWriter out = versioned();
  out.text(record.server);
  out.number(record.tools.size());
  for (const ToolUsesRecord::Use& use : record.tools) {
    out.text(use.tool);
    out.number(use.successes);
    out.number(use.failures);
    out.time(use.last_at);
  }
  return out.take();
}

template <>
base::Result<ToolUsesRecord> decode(std::string_view bytes) {
  return decode_with<ToolUsesRecord>("uses", bytes, [](ByteReader& in, ToolUsesRecord& record) {
    record.server = in.text();
    record.tools.resize(in.count(4));
    for (ToolUsesRecord::Use& use : record.tools) {
      use.tool = in.text();
      use.successes = in.number();
      use.failures = in.number();
      use.last_at = in.time();
    }
  });
}

std::string encode(const EndedSessionRecord& record) {
  ByteWriter out = versioned();
  out.number(record.digest);
  out.time(record.issued);
  return out.take();
}

template <>
base::Result<EndedSessionRecord> decode(std::string_view bytes) {
  return decode_with<EndedSessionRecord>("ended session", bytes,
                                         [](ByteReader& in, EndedSessionRecord& record) {
                                           record.digest = in.number();
                                           record.issued = in.time();
                                         });
}

std::string encode(const AgentMarkRecord& record) {
  ByteWriter out = versioned();
  out.boolean(record.is_group);
  out.text(record.name);
  out.boolean(record.added);
  out.boolean(record.held);
  out.hash(record.entry);
  out.time(record.at);
  return out.take();
}

template <>
base::Result<AgentMarkRecord> decode(std::string_view bytes) {
  return decode_with<AgentMarkRecord>("agent mark", bytes,
                                      [](ByteReader& in, AgentMarkRecord& record) {
                                        record.is_group = in.boolean();
                                        record.name = in.text();
                                        record.added = in.boolean();
                                        record.held = in.boolean();
                                        record.entry = in.hash();
                                        record.at = in.time();
                                      });
}

std::string encode(const ActivityRecord& record) {
  ByteWriter out = versioned();
  out.number(record.sequence);
  out.time(record.at);
  out.text(record.kind);
  out.text(record.server);
  out.text(record.tool);
  out.text(record.actor);
  out.boolean(record.success);
  out.text(record.code);
  out.text(record.detail);
  out.number(record.duration_us);
  out.number(record.request_bytes);
  out.number(record.response_bytes);
  out.number(record.skipped_before);
  return out.take();
}

template <>
base::Result<ActivityRecord> decode(std::string_view bytes) {
  return decode_with<ActivityRecord>("activity", bytes, [](ByteReader& in, ActivityRecord& record) {
    record.sequence = in.number();
    record.at = in.time();
    record.kind = in.text();
    record.server = in.text();
    record.tool = in.text();
    record.actor = in.text();
    record.success = in.boolean();
    record.code = in.text();
    record.detail = in.text();
    record.duration_us = in.number();
    record.request_bytes = in.number();
    record.response_bytes = in.number();
    record.skipped_before = in.number32();
  });
}

std::string encode(const ResultRecord& record) {
  ByteWriter out = versioned();
  out.text(record.key);
  out.text(record.owner);
  out.time(record.expires_at);
  out.text(record.server);
  out.text(record.tool);
  out.text(record.content);
  return out.take();
}

template <>
base::Result<ResultRecord> decode(std::string_view bytes) {
  return decode_with<ResultRecord>("result", bytes, [](ByteReader& in, ResultRecord& record) {
    record.key = in.text();
    record.owner = in.text();
    record.expires_at = in.time();
    record.server = in.text();
    record.tool = in.text();
    record.content = in.text();
  });
}

}  // namespace storage
