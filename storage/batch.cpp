#include "storage/batch.h"

#include <algorithm>
#include <iterator>

#include "storage/record_codec.h"

namespace storage {

void Batch::add(Table table, Edit::Kind kind, std::string key, std::string value) {
  bytes_ += key.size() + value.size();
  edits_.push_back({table, kind, std::move(key), std::move(value)});
}

void Batch::put_meta(const MetaRecord& record) {
  add(Table::meta, Edit::Kind::put, std::string(kMetaKey), encode(record));
}

void Batch::put_journal(const JournalRecord& record) {
  add(Table::journal, Edit::Kind::put, number_key(record.revision), encode(record));
}

void Batch::finish_journal(JournalRecord record) {
  record.done = true;
  record.new_text.clear();
  put_journal(record);
  add(Table::journal, Edit::Kind::erase_before, number_key(record.revision));
}

void Batch::put_server(const ServerRecord& record) {
  add(Table::servers, Edit::Kind::put, name_key(record.name), encode(record));
}

void Batch::erase_server(std::string_view name) {
  add(Table::servers, Edit::Kind::erase, name_key(name));
  erase_catalog(name);
  erase_approvals(name);
  add(Table::uses, Edit::Kind::erase, name_key(name));
}

void Batch::put_catalog(const CatalogRecord& record) {
  add(Table::catalogs, Edit::Kind::put, name_key(record.server), encode(record));
}

void Batch::erase_catalog(std::string_view server) {
  add(Table::catalogs, Edit::Kind::erase, name_key(server));
}

void Batch::put_approval(const ApprovalRecord& record) {
  add(Table::approvals, Edit::Kind::put, approval_key(record.server, record.tool), encode(record));
}

void Batch::erase_approval(std::string_view server, std::string_view tool) {
  add(Table::approvals, Edit::Kind::erase, approval_key(server, tool));
}

void Batch::erase_approvals(std::string_view server) {
  add(Table::approvals, Edit::Kind::erase_prefix, approval_prefix(server));
}

void Batch::put_group(const GroupRecord& record) {
  add(Table::groups, Edit::Kind::put, name_key(record.name), encode(record));
}

void Batch::erase_group(std::string_view name) {
  add(Table::groups, Edit::Kind::erase, name_key(name));
}

void Batch::put_uses(const ToolUsesRecord& record) {
  add(Table::uses, Edit::Kind::put, name_key(record.server), encode(record));
}

void Batch::put_ended_session(const EndedSessionRecord& record) {
  add(Table::ended_sessions, Edit::Kind::put, number_key(record.digest), encode(record));
}

void Batch::erase_ended_session(std::uint64_t digest) {
  add(Table::ended_sessions, Edit::Kind::erase, number_key(digest));
}

void Batch::put_agent_mark(const AgentMarkRecord& record) {
  add(Table::agent_marks, Edit::Kind::put, agent_mark_key(record.is_group, record.name),
      encode(record));
}

void Batch::erase_agent_mark(bool is_group, std::string_view name) {
  add(Table::agent_marks, Edit::Kind::erase, agent_mark_key(is_group, name));
}

void Batch::put_activity(const ActivityRecord& record) {
  add(Table::activity, Edit::Kind::put, number_key(record.sequence), encode(record));
}

void Batch::put_result(const ResultRecord& record) {
  add(Table::results, Edit::Kind::put, name_key(record.key), encode(record));
  add(Table::result_expiry, Edit::Kind::put,
      expiry_key(record.expires_at.time_since_epoch().count(), record.key));
}

void Batch::append(Batch later) {
  bytes_ += later.bytes_;
  std::move(later.edits_.begin(), later.edits_.end(), std::back_inserter(edits_));
}

void Batch::merge(Batch later) {
  std::erase_if(edits_, [&](const Edit& old) {
    const bool replaced =
        old.kind == Edit::Kind::put && std::ranges::any_of(later.edits_, [&](const Edit& edit) {
          return edit.kind == Edit::Kind::put && edit.table == old.table && edit.key == old.key;
        });
    if (replaced) bytes_ -= old.key.size() + old.value.size();
    return replaced;
  });
  append(std::move(later));
}

}  // namespace storage
