package sextant.hapi;

import java.util.Map;

/**
 * What the environment decides. Every value has a default except the base address, which is then taken from each request.
 *
 * @param port        HAPI_PORT: 0 takes a free one, which is printed and written to the port file
 * @param portFile    HAPI_PORT_FILE: written (port number, newline) once the server answers; empty for none
 * @param jdbcUrl     HAPI_JDBC_URL: jdbc:h2:mem:..., jdbc:h2:file:... or jdbc:postgresql://...
 * @param user        HAPI_JDBC_USER
 * @param password    HAPI_JDBC_PASSWORD
 * @param pageSize    HAPI_PAGE_SIZE: entries a page when the request has no _count
 * @param reuseMillis HAPI_REUSE_SEARCH_MS: how long the rows of one search are given again to the same search; 0 switches it off
 * @param baseUrl     HAPI_BASE_URL: what links in answers start with, where a gateway stands in front; empty: the request's own host
 */
record Settings(
        int port, String portFile, String jdbcUrl, String user, String password, int pageSize, long reuseMillis, String baseUrl) {

    /** A page never holds more, whatever _count asks for; the same in hapi-docker/application.yaml. */
    static final int MAXIMUM_PAGE_SIZE = 200;

    static Settings from(Map<String, String> environment) {
        String jdbcUrl = environment.getOrDefault("HAPI_JDBC_URL", "jdbc:h2:mem:hapi;DB_CLOSE_DELAY=-1");
        return new Settings(
                Integer.parseInt(environment.getOrDefault("HAPI_PORT", "8080")),
                environment.getOrDefault("HAPI_PORT_FILE", ""),
                keptOpenAtExit(jdbcUrl),
                environment.getOrDefault("HAPI_JDBC_USER", jdbcUrl.startsWith("jdbc:h2:") ? "sa" : "hapi"),
                environment.getOrDefault("HAPI_JDBC_PASSWORD", ""),
                Integer.parseInt(environment.getOrDefault("HAPI_PAGE_SIZE", "20")),
                Long.parseLong(environment.getOrDefault("HAPI_REUSE_SEARCH_MS", "60000")),
                environment.getOrDefault("HAPI_BASE_URL", ""));
    }

    boolean isPostgres() {
        return jdbcUrl.startsWith("jdbc:postgresql:");
    }

    /** H2 would close the database under HAPI's last transactions at SIGTERM and fill the log with tens of thousands of lines. */
    private static String keptOpenAtExit(String jdbcUrl) {
        boolean isSilent = !jdbcUrl.startsWith("jdbc:h2:") || jdbcUrl.contains("DB_CLOSE_ON_EXIT");
        return isSilent ? jdbcUrl : jdbcUrl + ";DB_CLOSE_ON_EXIT=FALSE";
    }
}
