using System.Buffers;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using NodeGuard.Sandbox.Api;
using NodeGuard.Sandbox.Json;
using NodeGuard.Sandbox.Patches;
using NodeGuard.Sandbox.Store;

namespace NodeGuard.Sandbox.Http;

/// <summary>Requests on one object, and deletions of many.</summary>
internal sealed class ObjectHandler(Cluster cluster)
{
    // Of kind and apiVersion, which an answer may write anew.
    private const int HeadLength = 256;

    public async Task ServeAsync(HttpContext context, ApiRequest request)
    {
        Body body = context.Request.Method == "GET"
            ? default
            : await Body.ReadAsync(context.Request, context.RequestAborted);
        ApiResult result = body.Refused is { } refused ? refused : Serve(context, request, body);
        Responses.AddWarnings(context, request.Warnings);
        if (Accept.Of(context.Request) is not { } view)
            view = View.Whole;
        await WriteAsync(context, request, result, view);
    }

    private static async Task WriteAsync(HttpContext context, ApiRequest request, ApiResult result, View view)
    {
        if (result.Status is { } status)
        {
            await Responses.WriteAsync(context, status);
            return;
        }

        string include = context.Request.Query["includeObject"].ToString();
        var writer = new ObjectWriter(request.Resource, view, include, TimeProvider.System);
        if (result.Stored is not { } stored)
        {
            bool own = result.Object!.Text("kind") == request.Resource.Kind;
            await Responses.WriteAsync(context, result.Code, own ? writer.Shown(result.Object!) : result.Object!);
            return;
        }

        ArrayBufferWriter<byte> output = Responses.Buffer(stored.Utf8.Length + HeadLength);
        writer.Write(output, stored);
        await Responses.WriteAsync(context, result.Code, output.WrittenMemory);
    }

    private ApiResult Serve(HttpContext context, ApiRequest request, Body body)
    {
        if (request.Subresource.Length > 0 && request.Subresource != "status")
            return Subresource(request, body);
        if (request is { Subresource: "status", Resource.HasStatus: false })
            return ApiStatus.NoSuchPath();
        return request.Verb switch
        {
            "get" => Get(request),
            "create" => Create(request, body),
            "update" => Update(request, body),
            "patch" => Patch(request, body),
            "delete" => Delete(request with { DryRun = IsDryRun(request, body) }, Options(context, body)),
            "deletecollection" => DeleteAll(context, request, body),
            _ => ApiStatus.MethodNotAllowed(),
        };
    }

    private ApiResult Get(ApiRequest request) =>
        cluster.Store.Get(request.Resource.StorageKey, request.Key) is { } stored
            ? ApiResult.Of(stored)
            : ApiStatus.NotFound(request.Resource, request.Name);

    private ApiResult Subresource(ApiRequest request, Body body)
    {
        if (request.Subresource == "scale" && request.Resource.Scale is not null)
            return ScaleSubresource.Serve(cluster, request, body);
        if (request.Resource.Subresources.GetValueOrDefault(request.Subresource) is not { } subresource)
            return ApiStatus.NoSuchPath();
        return subresource.Verbs.Contains(request.Verb)
            ? subresource.Handle(cluster, request, body.Node as JsonObject)
            : ApiStatus.MethodNotAllowed();
    }

    private ApiResult Create(ApiRequest request, Body body)
    {
        if (request.Name.Length > 0)
            return ApiStatus.MethodNotAllowed();
        if (Decode(request, body, out ApiStatus? refused) is not { } value)
            return refused!;
        return request.Resource.Review is { } review
            ? review(cluster, request, value)
            : cluster.Write.Create(request, value);
    }

    private ApiResult Update(ApiRequest request, Body body)
    {
        if (Decode(request, body, out ApiStatus? refused) is not { } value)
            return refused!;
        bool absent = cluster.Store.Get(request.Resource.StorageKey, request.Key) is null;
        if (absent && request.Resource.Strategy.CreatesOnUpdate && request.Subresource.Length == 0)
            return cluster.Write.Create(request with { Verb = "create" }, value);
        return cluster.Write.Update(request, _ => value.Clone());
    }

    private ApiResult Patch(ApiRequest request, Body body)
    {
        if (body.Node is null)
            return ApiStatus.BadRequest("the patch is empty");
        return PatchRequest.Serve(cluster, request, body.MediaType, body.Node, body.Duplicates);
    }

    private ApiResult Delete(ApiRequest request, DeleteOptions options) =>
        options.Check() is { } refused ? refused : cluster.Write.Delete(request, options);

    private ApiResult DeleteAll(HttpContext context, ApiRequest request, Body body)
    {
        if (ListOptions.Parse(context.Request.Query, request.Resource, out ApiStatus? refused) is not { } options)
            return refused!;
        if (ListHandler.Read(cluster, request, options with { Limit = 0 }, out refused) is not { } page)
            return refused!;
        DeleteOptions how = Options(context, body);
        if (how.Check() is { } unfit)
            return unfit;
        foreach (StoredObject stored in page.Items)
        {
            ApiRequest one = request with
            {
                Namespace = stored.Value.Text("metadata", "namespace") ?? "",
                Name = stored.Value.Text("metadata", "name")!,
                DryRun = IsDryRun(request, body),
            };
            ApiResult result = cluster.Write.Delete(one, how);
            if (result is { Succeeded: false, Code: not 404 })
                return result;
        }

        ArrayBufferWriter<byte> list = Responses.Buffer();
        var writer = new ObjectWriter(request.Resource, View.Whole, "", cluster.Clock);
        ListHandler.Write(list, request.Resource, page, View.Whole, writer);
        return ApiResult.Of((JsonObject)JsonBody.Parse(list.WrittenSpan, [], out _)!);
    }

    private static DeleteOptions Options(HttpContext context, Body body)
    {
        var options = DeleteOptions.FromJson(body.Node as JsonObject);
        IQueryCollection query = context.Request.Query;
        if (long.TryParse(query["gracePeriodSeconds"], out long grace))
            options = options with { GracePeriodSeconds = grace };
        return query["propagationPolicy"].ToString() is { Length: > 0 } policy
            ? options with { PropagationPolicy = policy }
            : options;
    }

    private static bool IsDryRun(ApiRequest request, Body body) =>
        request.DryRun || body.Node.Items("dryRun").Any(d => d.Text() == "All");

    /// <summary>The object of a body in the storage version, or why it is none.</summary>
    private static JsonObject? Decode(ApiRequest request, Body body, out ApiStatus? refused)
    {
        refused = null;
        if (body.Node is not JsonObject value)
        {
            refused = ApiStatus.BadRequest(
                $"the body must be a JSON object of kind {request.Resource.Kind}, found {(body.Node is null ? "nothing" : body.Node.GetValueKind())}");
            return null;
        }

        refused = FieldChecks.Check(request, value, body.Duplicates);
        return refused is null ? request.Resource.ToStorage?.Invoke(value) ?? value : null;
    }
}
