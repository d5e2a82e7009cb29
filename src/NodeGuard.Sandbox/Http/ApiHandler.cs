using System.Buffers;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using NodeGuard.Sandbox.Api;
using NodeGuard.Sandbox.Store;

namespace NodeGuard.Sandbox.Http;

/// <summary>Takes a request apart, and hands it to what serves it.</summary>
internal sealed class ApiHandler(Cluster cluster, Authentication authentication, CancellationToken stopping)
{
    private readonly Discovery _discovery = new(cluster);
    private readonly ObjectHandler _objects = new(cluster);

    /// <summary>By which a watch's time is over: a client asks for it in its own seconds, however fast the cluster's go.</summary>
    public TimeProvider ConnectionClock { get; init; } = TimeProvider.System;

    public async Task HandleAsync(HttpContext context)
    {
        try
        {
            await DispatchAsync(context);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested || stopping.IsCancellationRequested)
        {
            // The client left or the server stops: there is nobody to answer.
        }
        catch (Exception e) when (!context.Response.HasStarted)
        {
            await Responses.WriteAsync(context, ApiStatus.Internal($"the sandbox failed in {context.Request.Method} {context.Request.Path}: {e}"));
        }
    }

    private async Task DispatchAsync(HttpContext context)
    {
        string path = context.Request.Path.Value ?? "/";
        if (Discovery.IsProbe(path))
        {
            await Responses.WriteTextAsync(context, 200, "ok");
            return;
        }

        if (authentication.UserOf(context) is not { } user)
        {
            await Responses.WriteAsync(context, new ApiStatus(401, "Unauthorized", "Unauthorized"));
            return;
        }

        if (Impersonation.Effective(cluster, context.Request, user, out ApiStatus? notAllowed) is not { } effective)
        {
            await Responses.WriteAsync(context, notAllowed!);
            return;
        }

        if (_discovery.Answer(context.Request) is { } document)
        {
            await Responses.WriteAsync(context, 200, document.Body, document.Type);
            return;
        }

        ApiRequest? request = Request(context.Request, effective, out ApiStatus? refused);
        if (request is null)
        {
            if (refused!.Code == 404 && !IsServed(RequestPath.Parse(path)))
                await Responses.WriteTextAsync(context, 404, "404 page not found\n");
            else
                await Responses.WriteAsync(context, refused);
            return;
        }

        if (cluster.Authorize?.Invoke(request) is { } forbidden)
        {
            await Responses.WriteAsync(context, forbidden);
            return;
        }

        // Who may not do it is told so, as a server that does it would.
        if (NotServed.Answer(RequestPath.Parse(path)!) is { } notDone)
        {
            await Responses.WriteAsync(context, notDone);
            return;
        }

        await ServeAsync(context, request);
    }

    /// <summary>Under a group and version that exists; what is elsewhere no API answers for.</summary>
    private bool IsServed(RequestPath? path) =>
        path is not null && cluster.Resources.All.Any(r => r.Group == path.Group && r.Version == path.Version);

    private async Task ServeAsync(HttpContext context, ApiRequest request)
    {
        switch (request)
        {
            case { Verb: "list" or "watch", Subresource.Length: 0 }:
                await ListOrWatchAsync(context, request);
                break;
            default:
                await _objects.ServeAsync(context, request);
                break;
        }
    }

    /// <summary>What is asked of which resource; null and why not where nothing serves it.</summary>
    private ApiRequest? Request(HttpRequest http, UserInfo user, out ApiStatus? refused)
    {
        refused = ApiStatus.NoSuchPath();
        if (RequestPath.Parse(http.Path.Value ?? "") is not { } path)
            return null;
        ApiStatus? notDone = NotServed.Answer(path);
        if (cluster.Resources.Find(path.Group, path.Version, path.Resource) is not { } resource)
        {
            refused = notDone ?? refused;
            return null;
        }

        bool watch = http.Query.TryGetValue("watch", out Microsoft.Extensions.Primitives.StringValues value) && value != "false" && value != "0";
        string? verb = (http.Method, path.Name.Length > 0) switch
        {
            ("GET", true) => "get",
            ("GET", false) => watch ? "watch" : "list",
            ("POST", _) => "create",
            ("PUT", true) => "update",
            ("PATCH", true) => "patch",
            ("DELETE", true) => "delete",
            ("DELETE", false) => "deletecollection",
            _ => null,
        };
        refused = verb is null ? ApiStatus.MethodNotAllowed() : notDone is null ? Unfit(http, path, resource) : null;
        return refused is not null ? null : new ApiRequest
        {
            Verb = verb!,
            Resource = resource,
            Namespace = path.Namespace,
            Name = path.Name,
            // What stands behind nodes/NAME/proxy is a path of the kubelet.
            Subresource = notDone is null ? path.Subresource : path.Subresource.Split('/')[0],
            User = user,
            DryRun = http.Query["dryRun"] == "All",
            Force = http.Query["force"] == "true",
            FieldManager = Manager(http),
            NamesFieldManager = http.Query["fieldManager"].Count > 0,
            FieldValidation = http.Query["fieldValidation"].ToString() switch
            {
                "Strict" => FieldValidation.Strict,
                "Ignore" => FieldValidation.Ignore,
                _ => FieldValidation.Warn,
            },
            Warnings = [],
        };
    }

    private static ApiStatus? Unfit(HttpRequest http, RequestPath path, ResourceInfo resource)
    {
        if (path.Namespace.Length > 0 && !resource.Namespaced)
            return ApiStatus.NoSuchPath();
        if (resource.Namespaced && path.Namespace.Length == 0 && (http.Method != "GET" || path.Name.Length > 0))
            return http.Method == "GET" ? ApiStatus.NoSuchPath() : ApiStatus.MethodNotAllowed();
        return BadOption(http) is { } wrong ? wrong : path.Subresource.Length == 0 && resource.Review is not null && http.Method != "POST"
            ? ApiStatus.MethodNotAllowed()
            : null;
    }

    private static ApiStatus? BadOption(HttpRequest http)
    {
        string kind = http.Method switch { "POST" => "Create", "PUT" => "Update", "PATCH" => "Patch", "DELETE" => "Delete", _ => "Get" };
        foreach ((string option, string[] allowed) in (ReadOnlySpan<(string, string[])>)
            [("dryRun", ["All"]), ("fieldValidation", ["", "Ignore", "Strict", "Warn"])])
        {
            if (http.Query[option].ToString() is { Length: > 0 } value && !allowed.Contains(value))
                return ApiStatus.InvalidOptions(kind + "Options", FieldError.UnsupportedInOrder(option, value, allowed));
        }

        return null;
    }

    private static string Manager(HttpRequest http)
    {
        string manager = http.Query["fieldManager"].ToString();
        if (manager.Length > 0)
            return manager;
        string agent = http.Headers.UserAgent.ToString().Split('/')[0];
        return agent.Length > 0 ? agent : "unknown";
    }

    private async Task ListOrWatchAsync(HttpContext context, ApiRequest request)
    {
        if (Accept.Of(context.Request) is not { } view)
        {
            await Responses.WriteAsync(context, NotAcceptable());
            return;
        }

        if (ListOptions.Parse(context.Request.Query, request.Resource, out ApiStatus? refused) is not { } options)
        {
            await Responses.WriteAsync(context, refused!);
            return;
        }

        var writer = new ObjectWriter(request.Resource, view, context.Request.Query["includeObject"].ToString(), cluster.Clock);
        if (request.Verb == "watch")
        {
            await WatchAsync(context, new WatchHandler(cluster, request, options, writer), options);
            return;
        }

        if (ListHandler.Read(cluster, request, options, out refused) is not { } page)
        {
            await Responses.WriteAsync(context, refused!);
            return;
        }

        ArrayBufferWriter<byte> body = Responses.Buffer();
        ListHandler.Write(body, request.Resource, page, view, writer);
        await Responses.WriteAsync(context, 200, body.WrittenMemory);
    }

    private async Task WatchAsync(HttpContext context, WatchHandler handler, ListOptions options)
    {
        if (handler.Start(out IReadOnlyList<StoredObject> initial, out ApiStatus? refused) is not { } cursor)
        {
            await Responses.WriteAsync(context, refused!);
            return;
        }

        context.Response.ContentType = "application/json";
        context.Response.Headers.CacheControl = "no-cache, private";
        context.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
        await context.Response.StartAsync(context.RequestAborted);
        TimeSpan timeout = options.Timeout ?? TimeSpan.FromMinutes(30 + Random.Shared.Next(30));
        using var over = new CancellationTokenSource(timeout, ConnectionClock);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(over.Token, context.RequestAborted, stopping);
        try
        {
            await handler.RunAsync(context.Response.BodyWriter, cursor, initial, end.Token);
        }
        catch (OperationCanceledException) when (!context.RequestAborted.IsCancellationRequested)
        {
            await handler.EndAsync(context.Response.BodyWriter, cursor, context.RequestAborted);
        }
    }

    private static ApiStatus NotAcceptable() => new(
        406, "NotAcceptable", "only the following media types are accepted: application/json");
}
