// Records to bytes and back (FORMAT.md). Bytes of a version we do not know are store_too_new, bytes
// that do not fit are store_damaged; neither crashes. Pure; any thread.
#pragma once
#include <string>
#include <string_view>

#include "base/result.h"
#include "storage/catalog_record.h"
#include "storage/records.h"
#include "storage/server_record.h"

namespace storage {

std::string encode(const MetaRecord& record);
std::string encode(const JournalRecord& record);
std::string encode(const ServerRecord& record);
std::string encode(const CatalogRecord& record);
std::string encode(const ApprovalRecord& record);
std::string encode(const GroupRecord& record);
std::string encode(const ToolUsesRecord& record);
std::string encode(const EndedSessionRecord& record);
std::string encode(const AgentMarkRecord& record);
std::string encode(const ActivityRecord& record);
std::string encode(const ResultRecord& record);

// For the types above.
template <class Record>
base::Result<Record> decode(std::string_view bytes);

template <>
base::Result<MetaRecord> decode(std::string_view bytes);
template <>
base::Result<JournalRecord> decode(std::string_view bytes);
template <>
base::Result<ServerRecord> decode(std::string_view bytes);
template <>
base::Result<CatalogRecord> decode(std::string_view bytes);
template <>
base::Result<ApprovalRecord> decode(std::string_view bytes);
template <>
base::Result<GroupRecord> decode(std::string_view bytes);
template <>
base::Result<ToolUsesRecord> decode(std::string_view bytes);
template <>
base::Result<EndedSessionRecord> decode(std::string_view bytes);
template <>
base::Result<AgentMarkRecord> decode(std::string_view bytes);
template <>
base::Result<ActivityRecord> decode(std::string_view bytes);
template <>
base::Result<ResultRecord> decode(std::string_view bytes);

}  // namespace storage
