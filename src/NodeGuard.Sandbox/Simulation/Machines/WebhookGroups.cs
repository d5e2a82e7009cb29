using System.Text.Json.Nodes;

namespace NodeGuard.Sandbox.Simulation.Machines;

/// <summary>What a webhook answered.</summary>
internal readonly record struct WebhookAnswer(int Code, JsonObject Body);

/// <summary>Groups whose machines are replaced and rebooted by HTTP requests; a request with a known key starts nothing.</summary>
/// <remarks>Operations live as long as the process.</remarks>
internal sealed class WebhookGroups(ObjectWrites writes, MachineFleet fleet, Agenda agenda) : PlainGroups(writes, fleet, agenda)
{
    private readonly Dictionary<string, Operation> _byKey = [];
    private readonly Dictionary<string, Operation> _byId = [];

    /// <summary>The pool whose secret and faults hold for a request.</summary>
    public Machine? MachineOf(WebhookRequest request) =>
        _byKey.TryGetValue(request.Key, out Operation? known) ? known.Old : Fleet.Machines.ByNode(request.Node);

    public Machine? MachineOf(string operation) => _byId.GetValueOrDefault(operation)?.Old;

    public WebhookAnswer Post(WebhookRequest request)
    {
        if (_byKey.TryGetValue(request.Key, out Operation? known))
        {
            return known.Request == request ? AnswerOf(known) : Refuse(409, "the Idempotency-Key was sent with another request");
        }

        if (Fleet.Machines.ByNode(request.Node) is not { } machine || Fleet.Pool(machine.Pool) is not { Provider: PoolProvider.Webhook } pool)
        {
            return Refuse(404, $"no machine of this provider has the node {request.Node}");
        }

        if (machine.NodeUid != request.NodeUid)
        {
            return Refuse(409, $"the node {request.Node} has the uid {machine.NodeUid}, not {request.NodeUid}");
        }

        if (Fleet.FaultsOf(machine).Has(MachineFaults.RefuseDelete))
        {
            return Refuse(403, "the provider refuses it (simulated fault refuse-delete)");
        }

        var operation = new Operation($"op-{Guid.NewGuid():N}", request, machine, machine.BootId);
        _byKey[request.Key] = _byId[operation.Id] = operation;
        Begin(operation, pool);
        return AnswerOf(operation);
    }

    public WebhookAnswer Get(string operation) =>
        _byId.TryGetValue(operation, out Operation? known) ? AnswerOf(known) : Refuse(404, $"there is no operation {operation}");

    public override void Changed(Machine machine)
    {
        foreach (Operation operation in _byId.Values.Where(operation => operation.State == "Running" && operation.Old.Pool == machine.Pool))
        {
            Continue(operation);
        }
    }

    protected override int Surge(PoolSpec pool) => _byId.Values.Count(
        operation => operation is { State: "Running", Old.IsActive: true, Successor: not null } && operation.Old.Pool == pool.Name);

    private void Begin(Operation operation, PoolSpec pool)
    {
        Machine old = operation.Old;
        if (Fleet.FaultsOf(old).Has(MachineFaults.OperationFails))
        {
            (operation.State, operation.Message) = ("Failed", "the provider has given up (simulated fault operation-fails)");
        }
        else if (operation.Request.Action == "reboot")
        {
            Fleet.Reboot(old, operation.Id, keepsKernel: false);
        }
        else if (operation.Request.ReplacementFirst)
        {
            operation.Successor = Fleet.Launch(pool, follows: old);
        }
        else
        {
            Fleet.Terminate(old);
            operation.Successor = Fleet.Launch(pool);
        }
    }

    private void Continue(Operation operation)
    {
        if (operation.Request.Action == "reboot")
        {
            bool back = operation.Old.State == MachineState.Running && operation.Old.BootId != operation.BootId;
            (operation.State, operation.Message) = back ? ("Done", "rebooted")
                : operation.Old.IsActive ? ("Running", "")
                : ("Failed", "the machine was ended by somebody else");
            return;
        }

        if (operation.Successor is not { State: MachineState.Running } successor)
        {
            return;
        }

        Fleet.Terminate(operation.Old);
        if (operation.Old.State == MachineState.Gone)
        {
            (operation.State, operation.Message) = ("Done", $"replaced by {successor.NodeName}");
        }
    }

    private static WebhookAnswer AnswerOf(Operation operation)
    {
        var body = new JsonObject { ["operation"] = operation.Id, ["state"] = operation.State, ["message"] = operation.Message };
        if (operation.Successor is { NodeUid.Length: > 0 } successor)
        {
            body["successor"] = successor.NodeName;
        }

        return new WebhookAnswer(operation.State == "Running" ? 202 : 200, body);
    }

    private static WebhookAnswer Refuse(int code, string message) => new(code, new JsonObject { ["error"] = message });

    private sealed class Operation(string id, WebhookRequest request, Machine old, string bootId)
    {
        public string Id => id;

        public WebhookRequest Request => request;

        public Machine Old => old;

        /// <summary>The old machine's when the operation began.</summary>
        public string BootId => bootId;

        public Machine? Successor { get; set; }

        public string State { get; set; } = "Running";

        public string Message { get; set; } = "";
    }
}
