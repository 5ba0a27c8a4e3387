// SPDX-License-Identifier: MIT
// Builds the module of a filter: one program for each direction, live variables, counters, license.
#include "compiler/codegen/emit.h"

#include <linux/bpf.h>

#include <cstddef>

#include "compiler/check/may_pass.h"
#include "compiler/check/report.h"
#include "compiler/codegen/debug_info.h"
#include "compiler/codegen/exits.h"
#include "compiler/codegen/flows.h"
#include "compiler/codegen/lower.h"
#include "compiler/codegen/not_ip.h"
#include "compiler/codegen/packet_reader.h"
#include "compiler/codegen/program.h"
#include "compiler/codegen/refusals.h"
#include "compiler/codegen/settle.h"
#include "compiler/codegen/target.h"
#include "compiler/language/flows.h"

namespace fwc {

namespace {

using namespace codegen;

/// A condition in a message of the runtime: on one line, its parts that do not fit left out.
std::string short_source(const CheckedFilter& filter, NodeId condition) {
  const Span span = filter.at(condition).span;
  const std::string_view text =
      std::string_view(filter.text).substr(span.begin, span.end - span.begin);
  const std::string in_backticks = quoted(text);
  return in_backticks.substr(1, in_backticks.size() - 2);
}

constexpr const char* kLicense = "Dual MIT/GPL";

/// Instructions from which on a program is not verified once for each end of its walk, and
/// conditions that become numbers, of which each is a fork that meets again at once.
constexpr std::size_t kSettledFrom = 256;
constexpr std::size_t kSettledTruths = 3;

/// What a loaded program tells of its rules: `fwc:rule:DIRECTION:NUMBER:ACTION:NAME:CONDITION` and
/// `fwc:default:DIRECTION:ACTION`, and of its live sets, `fwc:set:DIRECTION:MAP:TYPE:NAME`. The
/// condition is cut where it is long.
std::vector<std::string> rule_tags(const CheckedFilter& filter, const Policy& policy,
                                   Direction direction) {
  const std::string of = direction == Direction::egress ? "egress:" : "ingress:";
  std::vector<std::string> tags;
  for (std::size_t i = 0; i < policy.rules.size(); ++i) {
    const Rule& rule = policy.rules[i];
    tags.push_back("fwc:rule:" + of + std::to_string(i) + ":" + std::string(name(rule.action)) +
                   ":" + rule.name + ":" + short_source(filter, rule.condition));
  }
  for (const LiveSetDeclaration& set : filter.live_sets)
    tags.push_back("fwc:set:" + of + live_map_name(set) + ":" + std::string(name(set.element)) +
                   ":" + set.name);
  tags.push_back("fwc:default:" + of + (policy.default_allows ? "allow" : "drop"));
  return tags;
}

/// By which loaders know what kind of program it is. That of xdp may have its packets in several
/// buffers.
const char* section_of(Hook hook, Direction direction) {
  const bool egress = direction == Direction::egress;
  switch (hook) {
    case Hook::cgroup: return egress ? "cgroup_skb/egress" : "cgroup_skb/ingress";
    case Hook::tc: return egress ? "tc/egress" : "tc/ingress";
    case Hook::xdp: return "xdp.frags";
  }
  return "";
}

class ModuleBuilder {
 public:
  ModuleBuilder(llvm::LLVMContext& context, const llvm::TargetMachine& target,
                const CheckedFilter& filter, const CompileOptions& options)
      : module_("filter", context),
        debug_(prepare(module_, target), filter.text),
        tables_(module_),
        filter_(filter),
        options_(options) {}

  llvm::Module& build() {
    add_license();
    add_variables();
    add_live_sets();
    add_interfaces();
    if (options_.counters) add_counters();
    if (options_.audit || options_.log != Logged::nothing) add_watch();
    if (options_.share_flows || filter_.asks_for_flows()) add_flows();
    if (options_.direction != Direction::ingress) add_program(Direction::egress);
    if (options_.direction != Direction::egress) add_program(Direction::ingress);
    if (options_.refuse_calls && options_.direction != Direction::ingress)
      for (const CallRow& call : kCallRows) add_refusal(call);
    for (llvm::GlobalVariable& global : module_.globals())
      if (global.isConstant() && global.getSection().starts_with(".rodata"))
        debug_.describe_bytes(global);
    debug_.finish();
    return module_;
  }

 private:
  static llvm::Module& prepare(llvm::Module& module, const llvm::TargetMachine& target) {
    module.setTargetTriple(target.getTargetTriple().str());
    module.setDataLayout(target.createDataLayout());
    return module;
  }

  llvm::GlobalVariable& add_global(llvm::Constant* value, llvm::StringRef name,
                                   const char* section) {
    auto& global =
        *llvm::cast<llvm::GlobalVariable>(module_.getOrInsertGlobal(name, value->getType()));
    global.setInitializer(value);
    global.setSection(section);
    global.setAlignment(llvm::Align(8));
    return global;
  }

  void add_license() {
    add_global(llvm::ConstantDataArray::getString(module_.getContext(), kLicense), "_license",
               "license");
  }

  llvm::Constant* initial_value(const VariableDeclaration& variable, bool sides) {
    llvm::LLVMContext& context = module_.getContext();
    std::vector<std::uint64_t> words = {static_cast<std::uint64_t>(variable.initial)};
    if (variable.type == Type::address) {
      const Address& address = variable.address;
      words = {PacketReader::family_number(address.family), address.bits.high, address.bits.low};
    }
    if (!sides)
      return words.size() == 1 ? llvm::ConstantInt::get(llvm::Type::getInt64Ty(context), words[0])
                               : llvm::ConstantDataArray::get(context, words);
    const std::size_t size = words.size();
    for (std::size_t i = 0; i < size; ++i) words.push_back(words[i]);
    return llvm::ConstantDataArray::get(context, words);
  }

  void add_variables() {
    const bool sides = needs_sides(filter_);
    for (const VariableDeclaration& variable : filter_.variables) {
      llvm::GlobalVariable& global =
          add_global(initial_value(variable, sides), variable.name, ".data.live");
      debug_.describe(global, variable, words_of(variable) * (sides ? 2 : 1));
      live_.variables.push_back(&global);
    }
    if (!sides) return;
    auto* first = llvm::ConstantInt::get(llvm::Type::getInt64Ty(module_.getContext()), 0);
    live_.side = &add_global(first, "fwc_side", ".data.live");
    debug_.describe_side(*live_.side);
  }

  void add_live_sets() {
    if (filter_.live_sets.empty()) return;
    llvm::LLVMContext& context = module_.getContext();
    auto* definition = llvm::ArrayType::get(llvm::Type::getInt64Ty(context), 5);
    for (const LiveSetDeclaration& set : filter_.live_sets) {
      live_.sets.push_back(
          &add_global(llvm::ConstantAggregateZero::get(definition), live_map_name(set), ".maps"));
      debug_.describe_live_set(*live_.sets.back(), live_key_bytes(set.element));
    }
    auto* contents = llvm::ConstantDataArray::getString(context, live_set_contents(filter_), false);
    add_global(contents, "fwc_sets", "fwc.sets");
  }

  /// The runtime puts the indices beside the names (see fwc/object.h).
  void add_interfaces() {
    if (filter_.interfaces.empty()) return;
    std::string entries(filter_.interfaces.size() * kInterfaceEntryBytes, '\0');
    for (std::size_t i = 0; i < filter_.interfaces.size(); ++i)
      entries.replace(i * kInterfaceEntryBytes + kInterfaceNameAt, filter_.interfaces[i].size(),
                      filter_.interfaces[i]);
    auto* value = llvm::ConstantDataArray::getString(module_.getContext(), entries, false);
    live_.interfaces = &add_global(value, "fwc_interfaces", ".rodata.ifaces");
    live_.interfaces->setConstant(true);
    live_.interfaces->setExternallyInitialized(true);
  }

  /// The definition of a map is its type in BTF; the bytes are as many pointers as it has members.
  llvm::GlobalVariable& add_map(llvm::StringRef name, unsigned members) {
    auto* definition = llvm::ArrayType::get(llvm::Type::getInt64Ty(module_.getContext()), members);
    return add_global(llvm::ConstantAggregateZero::get(definition), name, ".maps");
  }

  void add_counters() {
    observation_.counters = &add_map("counters", 4);
    debug_.describe_counters(*observation_.counters, 2 * counter_entries() + kEarlierEntries);
  }

  void add_watch() {
    observation_.logged = options_.log;
    observation_.audit = options_.audit;
    const std::uint64_t words[] = {options_.audit ? kAuditOn : kNoAudit, kDefaultLogRate, 0, 0};
    static_assert(sizeof words == sizeof(WatchControl));
    observation_.control = &add_global(llvm::ConstantDataArray::get(module_.getContext(), words),
                                       "fwc_watch", ".data.watch");
    debug_.describe_watch_control(*observation_.control);
    observation_.tallies = &add_map("watch", 4);
    debug_.describe_watch_tallies(*observation_.tallies);
    if (options_.log == Logged::nothing) return;
    observation_.log = &add_map("log", 2);
    debug_.describe_log(*observation_.log);
  }

  void add_flows() {
    flows_ = &add_map("flows", 4);
    debug_.describe_flows(*flows_, kMostFlows);
  }

  void add_program(Direction direction) {
    const bool egress = direction == Direction::egress;
    const Policy& policy = *filter_.policy(!egress);
    llvm::Function& function =
        add_function(egress ? "fwc_egress" : "fwc_ingress", section_of(options_.hook, direction));
    debug_.begin_function(function, rule_tags(filter_, policy, direction));

    Program program(module_, function, !egress, options_.hook);
    program.ir.SetInsertPoint(program.block("entry"));
    program.ir.SetCurrentDebugLocation(debug_.whole());
    observation_.first = first_counter(direction);
    write(program, policy);
    program.move_unlikely_blocks_back();
  }

  llvm::Function& add_function(const char* name, const char* section) {
    llvm::LLVMContext& context = module_.getContext();
    auto* type = llvm::FunctionType::get(llvm::Type::getInt32Ty(context),
                                         {llvm::PointerType::get(context, 0)}, false);
    auto* function =
        llvm::Function::Create(type, llvm::GlobalValue::ExternalLinkage, name, module_);
    function->setSection(section);
    function->addFnAttr(llvm::Attribute::NoUnwind);
    return *function;
  }

  void add_refusal(const CallRow& call) {
    // Tables know sets by their addresses, so the tree stays as long as they do.
    std::optional<CheckedFilter>& tree = call.transport == Layer::tcp ? over_tcp_ : over_udp_;
    if (!tree) tree = may_pass(filter_, call.transport);
    llvm::Function& function = add_function(call.function, call.section);
    debug_.begin_function(function, {}, DebugInfo::Context::call);
    Program program(module_, function, false, Hook::cgroup);
    program.ir.SetInsertPoint(program.block("entry"));
    program.ir.SetCurrentDebugLocation(debug_.whole());
    const WalkState named = read_call(program, call);
    // Behind it, for it makes room on the stack, which has to be done in the first block.
    if (observation_.audit) allow_while_audited(program);
    PacketReader reader(program, named);
    Facts facts = facts_of_header(call.transport);
    facts.families = call.ipv6 ? kBothFamilies : kIpv4Family;
    Exits exits(program, *tree->egress, {});
    Lowering(program, *tree, reader, debug_, live_, tables_, facts).verdict(*tree->egress, exits);
    program.ir.SetCurrentDebugLocation(debug_.whole());
    exits.finish();
    program.move_unlikely_blocks_back();
  }

  /// A filter that is audited drops nothing.
  void allow_while_audited(Program& program) {
    llvm::Value* audit = program.load(observation_.control, offsetof(WatchControl, audit), 64);
    llvm::BasicBlock* judged = program.block("judged");
    program.ir.CreateCondBr(program.ir.CreateICmpNE(audit, program.number(0)), program.forward,
                            judged);
    program.ir.SetInsertPoint(judged);
  }

  void write(Program& program, const Policy& policy) {
    Exits exits(program, policy, observation_);
    std::optional<Flows> flows;
    if (exits.drops_everything(filter_)) {
      program.ir.CreateBr(program.drop);
    } else {
      std::vector<NodeId> asked;
      for (const Rule& rule : policy.rules)
        if (exits.asks(rule)) asked.push_back(rule.condition);
      llvm::BasicBlock* not_ip = exit_without_ip(policy, exits, program.ingress);
      WalkNeeds needs = needs_of(filter_, asked, program.ingress);
      if (flows_ != nullptr) flows.emplace(program, *flows_);
      if (flows) needs.network_bytes = row(Layer::ipv6).header_bytes;
      const WalkState walked = walk_headers(program, needs, not_ip);
      llvm::Instruction* end_of_walk = &program.ir.GetInsertBlock()->back();
      PacketReader reader(program, walked);
      Facts facts;
      if (not_ip != nullptr) facts.families = kBothFamilies;
      if (flows) flows->look_up(walked);
      Lowering lowering(program, filter_, reader, debug_, live_, tables_, facts);
      lowering.use_flows(flows ? &*flows : nullptr);
      lowering.verdict(policy, exits);
      if (program.function.getInstructionCount() > kSettledFrom ||
          lowering.truths() >= kSettledTruths) {
        program.ir.SetCurrentDebugLocation(debug_.whole());
        settle(program, walked, end_of_walk, needs.network_bytes);
      }
    }
    program.ir.SetCurrentDebugLocation(debug_.whole());
    exits.finish();
    if (flows) flows->remember();
  }

  /// Where all packets leave that are neither IPv4 nor IPv6; null where that is not one exit.
  llvm::BasicBlock* exit_without_ip(const Policy& policy, Exits& exits, bool ingress) const {
    std::vector<NodeId> conditions;
    for (const Rule& rule : policy.rules) conditions.push_back(rule.condition);
    const auto values = values_without_ip(filter_, conditions, ingress);
    for (std::size_t i = 0; i < policy.rules.size(); ++i) {
      const Rule& rule = policy.rules[i];
      if (!exits.asks(rule)) continue;
      const std::optional<bool> holds = values[i];
      if (!holds || (*holds && rule.action == RuleAction::count)) return nullptr;
      if (*holds) return exits.rule(i);
    }
    return exits.by_default();
  }

  /// Where both directions are counted, the entries of ingress come first.
  unsigned first_counter(Direction direction) const {
    const bool second = direction == Direction::egress && options_.direction == Direction::both;
    return second ? entries_of(filter_.ingress) : 0;
  }

  static unsigned entries_of(const std::optional<Policy>& policy) {
    return policy ? kRuleEntries + static_cast<unsigned>(policy->rules.size()) : 0;
  }

  unsigned counter_entries() const {
    unsigned entries = 0;
    if (options_.direction != Direction::egress) entries += entries_of(filter_.ingress);
    if (options_.direction != Direction::ingress) entries += entries_of(filter_.egress);
    return entries;
  }

  llvm::Module module_;
  DebugInfo debug_;
  SetTables tables_;
  const CheckedFilter& filter_;
  const CompileOptions& options_;
  std::optional<CheckedFilter> over_tcp_;
  std::optional<CheckedFilter> over_udp_;
  LiveGlobals live_;
  Observation observation_;
  llvm::GlobalVariable* flows_ = nullptr;
};

using ObjectOrError = std::variant<std::vector<std::byte>, BackEndError>;

ObjectOrError build(const CheckedFilter& filter, const CompileOptions& options, Passes passes) {
  llvm::TargetMachine* target = bpf_target();
  if (target == nullptr) return BackEndError{BackEndError::Kind::internal, "no BPF back end"};
  llvm::LLVMContext context;
  ModuleBuilder builder(context, *target, filter, options);
  return to_object(builder.build(), *target, passes);
}

}  // namespace

std::variant<std::vector<std::byte>, EmitError> emit(const CheckedFilter& filter,
                                                     const CompileOptions& options, Passes passes) {
  ObjectOrError object = build(filter, options, passes);
  const auto* error = std::get_if<BackEndError>(&object);
  if (passes == Passes::all && error != nullptr && error->kind == BackEndError::Kind::out_of_stack)
    object = build(filter, options, Passes::merge_blocks);
  error = std::get_if<BackEndError>(&object);
  if (error == nullptr) return std::get<std::vector<std::byte>>(std::move(object));
  return EmitError{.internal = error->kind != BackEndError::Kind::too_large,
                   .message = error->message};
}

}  // namespace fwc
